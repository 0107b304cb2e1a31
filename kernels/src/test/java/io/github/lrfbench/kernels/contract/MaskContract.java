package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every device promises of matrices of which a mask says what is stored. */
public abstract class MaskContract extends ContractTest {
  private static final int[][] SHAPES = {
    {1, 1}, {0, 3}, {3, 0}, {2, 7}, {4, 8}, {5, 33}, {9, 64}, {3, 131}, {67, 96}, {2, 3001}
  };

  /** 1 where an element is stored: in a row after the other none, all, and some. */
  private static Grid stored(int rows, int cols) {
    Random random = new Random(rows + cols);
    return Grid.of(
        rows,
        cols,
        (i, j) ->
            switch (i % 4) {
              case 1 -> 0;
              case 2 -> 1;
              default -> random.nextInt(2);
            });
  }

  /** Its bits are in the middle of others where the layout says so. */
  private Mask mask(Grid stored, Layout layout) {
    int width = (stored.cols() + 7) / 8;
    int margin = layout == Layout.PACKED ? 0 : 3;
    byte[] own = new byte[stored.rows() * width];
    byte[] all = new byte[(stored.rows() + 1) * (width + 2 * margin)];
    Arrays.fill(all, (byte) 0xff);
    for (int i = 0; i < stored.rows(); i++) {
      for (int j = 0; j < stored.cols(); j++) {
        own[i * width + j / 8] |= (byte) ((int) stored.at(i, j) << j % 8);
      }
      System.arraycopy(own, i * width, all, i * (width + 2 * margin) + margin, width);
    }
    Matrix bits =
        Matrix.of(scope().codes(DType.U8, all, stored.rows() + 1, width + 2 * margin))
            .rows(0, stored.rows())
            .columns(margin, margin + width);
    return Mask.of(bits, own, stored.cols(), scope());
  }

  private static int count(Grid stored) {
    return (int) Arrays.stream(stored.values()).sum();
  }

  /** The values in their places, one row after the other. */
  private static Grid spread(Grid stored, double[] values) {
    int[] next = {0};
    double[] whole =
        Arrays.stream(stored.values()).map(flag -> flag == 1 ? values[next[0]++] : 0).toArray();
    return new Grid(stored.rows(), stored.cols(), whole);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void valuesStandInTheirPlaces(DType dtype) {
    for (int[] s : SHAPES) {
      Grid stored = stored(s[0], s[1]);
      double[] values = Grid.random(1, count(stored), 5).values();
      for (Layout layout : Layout.values()) {
        Placed y = Placed.empty(scope(), dtype, layout, s[0], s[1]);
        device().nn().unmask(mask(stored, layout), vector(dtype, values), y.matrix());
        y.assertHolds(spread(stored, values), tolerance(dtype), Arrays.toString(s));
      }
    }
  }

  @Test
  void gradientsOfValuesAreThoseOfTheirPlaces() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      for (int[] s : SHAPES) {
        Grid stored = stored(s[0], s[1]);
        double[] before = Grid.random(1, count(stored), 5).values();
        Grid dy = Grid.random(s[0], s[1], 6);
        double[] expected = before.clone();
        int next = 0;
        for (int i = 0; i < s[0] * s[1]; i++) {
          if (stored.values()[i] == 1) {
            expected[next++] += dy.values()[i];
          }
        }
        for (Layout layout : Layout.values()) {
          Tensor gradients = vector(dtype, before);
          Matrix slope = Placed.of(scope(), dtype, layout, dy).matrix();
          device().gradients().addMasked(slope, mask(stored, layout), gradients);
          assertArrayEquals(expected, gradients.toDoubles(), tolerance(dtype), Arrays.toString(s));
        }
      }
    }
  }

  @Test
  void masksThatDoNotFitAreIllegal() {
    Grid stored = Grid.of(4, 9, (i, j) -> j % 2);
    Mask mask = mask(stored, Layout.PACKED);
    Tensor values = scope().zeros(DType.F32, 16);
    Matrix y = packed(DType.F32, Grid.random(4, 9, 1));
    Mask wrong = new Mask(mask.bits(), new int[] {0, 5, 3, 8, 16}, mask.offsets(), 9);
    List<Executable> calls =
        List.of(
            () -> device().nn().unmask(mask, scope().zeros(DType.F32, 15), y),
            () -> device().nn().unmask(mask, scope().zeros(DType.F64, 16), y),
            () -> device().nn().unmask(mask, values, y.rows(0, 3)),
            () -> device().nn().unmask(mask, values, y.columns(0, 8)),
            () -> device().nn().unmask(wrong, values, y),
            () -> device().gradients().addMasked(y.columns(0, 8), mask, values),
            () -> device().gradients().addMasked(y, wrong, values),
            () -> device().gradients().addMasked(y, mask, scope().zeros(DType.F32, 17)),
            () -> new Mask(mask.bits(), mask.starts(), mask.offsets(), 17),
            () -> new Mask(mask.bits().rows(0, 3), mask.starts(), mask.offsets(), 9));
    calls.forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }
}
