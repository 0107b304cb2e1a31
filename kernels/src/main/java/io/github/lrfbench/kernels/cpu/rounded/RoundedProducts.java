package io.github.lrfbench.kernels.cpu.rounded;

import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.LongUnaryOperator;

/**
 * Products of matrices that hold codes: I8 whole numbers, or BF16. A library with instructions for
 * them is found by {@link ServiceLoader}; without one, {@link ExpandedProducts} computes the same.
 */
public interface RoundedProducts {
  /** The library and its version, as {@code software} of a run names it. */
  String name();

  /** Whether the library can be used here, and this processor has instructions for such codes. */
  boolean computes(ProductRounding rounding);

  /**
   * Weights, made ready for products.
   *
   * @param rounding {@link ProductRounding#INT8} for I8 codes, {@link ProductRounding#BF16}
   * @param codes address of the first of [inner, cols]; not used after the call
   * @param stride codes from one row to the next
   * @param inner terms of a sum, at least 1
   * @param cols outputs, at least 1
   * @param strips parts of the outputs that are computed apart from each other, {@link
   *     RowPartition#cut} saying where each begins
   * @param memory gives the address of as many bytes as it is asked for, which begin at a multiple
   *     of 64 and live as long as the weights
   */
  Weights weights(
      ProductRounding rounding,
      long codes,
      int stride,
      int inner,
      int cols,
      int strips,
      LongUnaryOperator memory);

  /** Weights of some products; several threads may use them at once. */
  interface Weights extends AutoCloseable {
    /**
     * {@code y = x w} for the outputs of a strip, sums of I8 codes being exact up to 2²⁴ and of no
     * less precision than F32 beyond.
     *
     * @param x address of codes [rows, inner]
     * @param stride codes from one row of x to the next
     * @param y address of the strip's first F32 output, of [rows, cols of the strip]
     * @param yStride numbers from one row of y to the next
     */
    void multiply(long x, int stride, int rows, int strip, long y, int yStride);

    /** Gives back all but the memory that it was given. */
    @Override
    void close();
  }

  /** The library for such codes: one with instructions for them if there is one. */
  static RoundedProducts of(ProductRounding rounding) {
    List<RoundedProducts> libraries =
        ServiceLoader.load(RoundedProducts.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(library -> library.computes(rounding))
            .sorted(Comparator.comparing(RoundedProducts::name))
            .toList();
    return libraries.isEmpty() ? new ExpandedProducts() : libraries.get(0);
  }
}
