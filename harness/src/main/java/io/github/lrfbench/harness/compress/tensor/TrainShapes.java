package io.github.lrfbench.harness.compress.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** The modes [mₖ, nₖ] that a matrix is reshaped to for a tensor train. */
final class TrainShapes {
  /** The budget chooses. */
  static final String AUTO = "auto";

  private static final Pattern NAMED =
      Pattern.compile("[1-9]\\d{0,8}x[1-9]\\d{0,8}(-[1-9]\\d{0,8}x[1-9]\\d{0,8}){0,14}");

  /** Modes of the middle core that are tried. */
  private static final int[][] MIDDLES = {{2, 1}, {1, 2}, {2, 2}, {4, 4}};

  private TrainShapes() {}

  static boolean isNamed(String text) {
    return NAMED.matcher(text).matches();
  }

  /** The shapes that an option stands for. */
  static List<List<int[]>> of(String shape, int rows, int cols) {
    return shape.equals(AUTO) ? all(rows, cols) : List.of(named(shape, rows, cols));
  }

  /**
   * The sizes of all cores but the last, which has what is left. Where a size does not divide, the
   * nearest below that does.
   */
  private static List<int[]> named(String shape, int rows, int cols) {
    List<int[]> modes = new ArrayList<>();
    int m = rows;
    int n = cols;
    for (String core : shape.split("-")) {
      String[] size = core.split("x");
      int[] mode = {divisor(m, Integer.parseInt(size[0])), divisor(n, Integer.parseInt(size[1]))};
      modes.add(mode);
      m /= mode[0];
      n /= mode[1];
    }
    modes.add(new int[] {m, n});
    return modes;
  }

  /**
   * Three cores: outputs in the first and inputs in the last, which an input meets first, and a few
   * of either or both in the middle; and modes as equal as the sizes allow.
   */
  private static List<List<int[]>> all(int rows, int cols) {
    List<List<int[]>> shapes = new ArrayList<>();
    for (int[] middle : MIDDLES) {
      if (rows % middle[0] == 0 && cols % middle[1] == 0) {
        shapes.add(
            List.of(new int[] {rows / middle[0], 1}, middle, new int[] {1, cols / middle[1]}));
      }
    }
    List<Integer> m = equal(rows);
    List<Integer> n = equal(cols);
    Collections.reverse(m);
    List<int[]> balanced = new ArrayList<>();
    for (int k = 0; k < m.size(); k++) {
      balanced.add(new int[] {m.get(k), n.get(k)});
    }
    shapes.add(balanced);
    return shapes;
  }

  /** Three factors, in ascending order. */
  private static List<Integer> equal(int size) {
    int first = divisor(size, (int) Math.round(Math.cbrt(size)));
    int rest = size / first;
    int second = divisor(rest, (int) Math.round(Math.sqrt(rest)));
    List<Integer> factors = new ArrayList<>(List.of(first, second, rest / second));
    Collections.sort(factors);
    return factors;
  }

  /** The largest divisor that is not above a limit. */
  private static int divisor(int number, int limit) {
    int divisor = Math.min(number, limit);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }
}
