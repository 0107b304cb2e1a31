package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Nn} promises of the largest elements of rows. */
public abstract class LargestContract extends ContractTest {
  /** Rows, columns, terms of a product, and how many are largest. */
  private static final int[][] SHAPES = {
    {1, 1, 1, 1},
    {0, 3, 2, 2},
    {2, 3, 0, 2},
    {3, 5, 4, 0},
    {3, 5, 4, 5},
    {1, 700, 33, 17},
    {2, 1031, 5, 1030},
    {33, 257, 40, 3},
    {1, 20_011, 2, 2048}
  };

  private Nn nn() {
    return device().nn();
  }

  /** Sorts all columns, by value and then from the left. */
  private static Grid expected(Grid x, Grid w, int count, Grid y) {
    Grid result = Grid.of(y.rows(), y.cols(), y::at);
    for (int t = 0; t < y.rows(); t++) {
      int row = t;
      Set<Integer> largest =
          IntStream.range(0, y.cols())
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(j -> y.at(row, j) + 0.0)
                      .reversed()
                      .thenComparing(j -> j))
              .limit(count)
              .collect(Collectors.toSet());
      for (int j : largest) {
        double sum = y.at(t, j);
        for (int i = 0; i < x.cols(); i++) {
          sum += x.at(t, i) * w.at(j, i);
        }
        result.values()[t * y.cols() + j] = sum;
      }
    }
    return result;
  }

  private void check(DType dtype, Layout layout, Grid x, Grid w, int count, Grid y, String what) {
    Placed changed = Placed.of(scope(), dtype, layout, y);
    Matrix left = Placed.of(scope(), dtype, layout, x).matrix();
    Matrix right = Placed.of(scope(), dtype, layout, w).matrix();
    // As it is in this type.
    Grid rounded = changed.read();
    nn().addToLargest(left, right, count, changed.matrix());
    changed.assertHolds(expected(x, w, count, rounded), tolerance(dtype), what);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void productsAreAddedToTheLargest(DType dtype) {
    for (int[] s : SHAPES) {
      Grid x = Grid.random(s[0], s[2], 1);
      Grid w = Grid.random(s[1], s[2], 2);
      Grid y = Grid.random(s[0], s[1], 3);
      for (Layout layout : Layout.values()) {
        check(dtype, layout, x, w, s[3], y, Arrays.toString(s));
      }
    }
  }

  /** As those of types of few digits often are. */
  @ParameterizedTest
  @MethodSource("dtypes")
  void ofEqualOnesTheFirstAreTaken(DType dtype) {
    Grid x = Grid.of(2, 1, (i, j) -> 1);
    Grid w = Grid.of(600, 1, (i, j) -> 1);
    for (int count : new int[] {1, 7, 300, 599, 600}) {
      check(dtype, Layout.SLICE, x, w, count, Grid.of(2, 600, (i, j) -> 0), count + " zeros");
      Grid few = Grid.of(2, 600, (i, j) -> (j * 7 + i) % 3 - 1);
      check(dtype, Layout.SLICE, x, w, count, few, count + " of three values");
      Grid zeros = Grid.of(2, 600, (i, j) -> j % 2 == 0 ? -0.0 : 0.0);
      check(dtype, Layout.SLICE, x, w, count, zeros, count + " zeros of both signs");
    }
    Grid one = Grid.of(1, 1, (i, j) -> 1);
    Grid ones = Grid.of(20_000, 1, (i, j) -> 1);
    Grid few = Grid.of(1, 20_000, (i, j) -> j * 7 % 3);
    check(dtype, Layout.PACKED, one, ones, 9000, few, "a long row of three values");
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void hostileNumbers(DType dtype) {
    double big = dtype == DType.F16 ? 6e4 : 1e30;
    Grid y =
        Grid.row(
            -big,
            Double.NEGATIVE_INFINITY,
            big,
            Double.POSITIVE_INFINITY,
            Double.NaN,
            -1e-30,
            0,
            -Double.NaN);
    Grid x = Grid.row(1);
    Grid w = Grid.of(8, 1, (i, j) -> 1);
    for (int count = 0; count <= 8; count++) {
      check(dtype, Layout.PACKED, x, w, count, y, count + " of hostile numbers");
    }
  }

  @Test
  void argumentsThatDoNotFitAreIllegal() {
    Matrix x = packed(DType.F32, Grid.random(2, 3, 1));
    Matrix w = packed(DType.F32, Grid.random(5, 3, 1));
    Matrix y = packed(DType.F32, Grid.random(2, 5, 1));
    for (int count : List.of(-1, 6)) {
      assertThrows(IllegalArgumentException.class, () -> nn().addToLargest(x, w, count, y));
    }
    assertThrows(IllegalArgumentException.class, () -> nn().addToLargest(x, y, 1, y));
    assertThrows(IllegalArgumentException.class, () -> nn().addToLargest(w, w, 1, y));
    Matrix doubles = packed(DType.F64, Grid.random(2, 3, 1));
    assertThrows(IllegalArgumentException.class, () -> nn().addToLargest(doubles, w, 1, y));
  }
}
