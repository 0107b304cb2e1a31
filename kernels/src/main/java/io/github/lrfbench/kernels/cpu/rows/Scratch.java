package io.github.lrfbench.kernels.cpu.rows;

import java.util.ArrayList;
import java.util.List;

/**
 * Arrays that one thread keeps between kernels. A kernel that has taken an array must not call
 * another kernel while it uses it.
 *
 * @param <A> float[] or double[]
 */
public final class Scratch<A> {
  private final RowMath<A> math;
  private final List<A> arrays = new ArrayList<>();

  /** No arrays yet. */
  public Scratch(RowMath<A> math) {
    this.math = math;
  }

  /** Array number {@code slot}, of at least {@code length} elements with undefined values. */
  public A array(int slot, int length) {
    while (arrays.size() <= slot) {
      arrays.add(math.allocate(0));
    }
    A array = arrays.get(slot);
    if (math.length(array) < length) {
      array = math.allocate(Math.max(length, 2 * math.length(array)));
      arrays.set(slot, array);
    }
    return array;
  }
}
