package io.github.lrfbench.kernels.cpu.blas;

import com.sun.jna.FunctionMapper;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The parts of which OpenBLAS makes a product of F32 matrices: what packs an operand, and what
 * multiplies packed operands. With them a matrix that is multiplied again and again is packed only
 * once; at 128 rows packing takes a fifth of the time, as what it reads comes from memory.
 *
 * <p>OpenBLAS exports them, by the name of the processor's kind, but promises nothing: they are
 * used for those kinds only on which they have been tried, and after a {@link PackedProductCheck}
 * in this process.
 *
 * <p>They see matrices by columns: our [m, n] is their [n, m]. Our weights are their left operand,
 * our inputs the right one.
 */
public final class PackedKernels {
  private static final Set<String> TRIED =
      Set.of("HASWELL", "ZEN", "SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS");

  /** The most terms of a sum that are taken together, as OpenBLAS does for these kinds. */
  static final int DEPTH = 384;

  /** Columns that are multiplied together: with {@link #DEPTH} they fit the second cache. */
  static final int COLUMNS = 192;

  /** Rows of inputs that are packed together, likewise. */
  public static final int ROWS = 512;

  private static final boolean AVAILABLE = load();

  private PackedKernels() {}

  /** Whether they can be used here. */
  public static boolean areAvailable() {
    return AVAILABLE;
  }

  /** Bytes that the packed inputs of a product take. */
  public static long scratchBytes(int rows, int inner) {
    return (long) Float.BYTES * rows * Math.min(inner, DEPTH);
  }

  /**
   * Packs weights.
   *
   * @param transW whether they are [cols, inner] and not [inner, cols]
   * @param w address of the first weight
   * @param target of inner x cols numbers
   */
  static void pack(boolean transW, long w, int stride, int inner, int cols, long target) {
    for (int from = 0; from < inner; from += DEPTH) {
      int depth = Math.min(DEPTH, inner - from);
      long packed = target + (long) Float.BYTES * from * cols;
      if (transW) {
        sgemm_incopy(depth, cols, w + (long) Float.BYTES * from, stride, packed);
      } else {
        sgemm_itcopy(depth, cols, w + (long) Float.BYTES * from * stride, stride, packed);
      }
    }
  }

  /**
   * {@code y += x w} for some columns of y.
   *
   * @param x address of the first element, of [rows, inner]
   * @param packed w of [inner, cols]
   * @param left the first column, a multiple of 16
   * @param y address of the first row's column 0
   * @param scratch of {@link #scratchBytes}
   */
  public static void addProduct(
      long x,
      int xStride,
      int rows,
      int inner,
      long packed,
      int cols,
      int left,
      int right,
      long y,
      int yStride,
      long scratch) {
    for (int from = 0; from < inner; from += DEPTH) {
      int depth = Math.min(DEPTH, inner - from);
      sgemm_oncopy(depth, rows, x + (long) Float.BYTES * from, xStride, scratch);
      for (int col = left; col < right; col += COLUMNS) {
        long weights = packed + (long) Float.BYTES * ((long) from * cols + (long) col * depth);
        long sums = y + (long) Float.BYTES * col;
        int width = Math.min(COLUMNS, right - col);
        sgemm_kernel(width, rows, depth, 1, weights, scratch, sums, yStride);
      }
    }
  }

  // Named as in OpenBLAS, without the processor's kind; addresses are passed as numbers.

  private static native int sgemm_itcopy(
      long depth, long cols, long source, long stride, long target);

  private static native int sgemm_incopy(
      long depth, long cols, long source, long stride, long target);

  private static native int sgemm_oncopy(
      long depth, long rows, long source, long stride, long target);

  private static native int sgemm_kernel(
      long cols, long rows, long depth, float alpha, long a, long b, long c, long stride);

  private static boolean load() {
    Path library = OpenBlasLibrary.products();
    if (!Files.isRegularFile(library)) {
      return false;
    }
    try {
      String kind = OpenBlasLibrary.kernel().toUpperCase(Locale.ROOT);
      if (!TRIED.contains(kind)) {
        return false;
      }
      FunctionMapper mapper = (opened, method) -> method.getName() + "_" + kind;
      Native.register(
          PackedKernels.class,
          NativeLibrary.getInstance(
              library.toString(), Map.of(Library.OPTION_FUNCTION_MAPPER, mapper)));
      return PackedProductCheck.isRight(false) && PackedProductCheck.isRight(true);
    } catch (LinkageError e) {
      // Another build of OpenBLAS, or no place for JNA's own library.
      return false;
    }
  }
}
