package io.github.lrfbench.harness.compress.spi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.kernels.Matrix;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatricesTest extends DeviceCase {
  /** Of one block and of several, of which the last two do not divide the matrix evenly. */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "7, 3", "5, 383", "2, 768", "3, 1000", "2, 1217"})
  void aCongruenceIsTheProductOfThree(int rows, int cols) {
    SplittableRandom random = new SplittableRandom(rows * 31L + cols);
    Matrix r = random(random, rows, cols);
    Matrix x = random(random, 4, cols);
    Matrix c = Matrices.product(true, x, false, x, scope);
    double[] left = r.data().toDoubles();
    double[] right = x.data().toDoubles();
    double[] expected = new double[rows * rows];
    double[] images = new double[rows * 4];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < 4; k++) {
        for (int j = 0; j < cols; j++) {
          images[i * 4 + k] += left[i * cols + j] * right[k * cols + j];
        }
      }
    }
    double largest = 0;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < 4; k++) {
          expected[i * rows + j] += images[i * 4 + k] * images[j * 4 + k];
        }
        largest = Math.max(largest, Math.abs(expected[i * rows + j]));
      }
    }
    Matrix found = Matrices.congruence(r, c, scope);
    assertArrayEquals(expected, found.data().toDoubles(), 1e-12 * cols * largest);
    double[] both = found.data().toDoubles();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < i; j++) {
        assertEquals(both[i * rows + j], both[j * rows + i], "symmetric to the last digit");
      }
    }
  }

  private Matrix random(SplittableRandom random, int rows, int cols) {
    double[] values = random.doubles((long) rows * cols, -1, 1).toArray();
    return Matrix.of(scope.doubles(values, rows, cols));
  }
}
