package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where OpenBLAS multiplies small matrices without packing them first. It does so in single
 * precision on processors with AVX-512, up to a million multiplications, if the right operand is
 * not transposed; a large product is then a tenth faster in pieces of that size.
 */
public final class SmallProducts {
  /** Multiplications of a product that is not packed. */
  public static final int MAX_WORK = 1_000_000;

  /** Columns of a piece: a few vectors. */
  public static final int COLUMNS = 64;

  /** Rows that are finished before the next are begun: what they need stays in the cache. */
  public static final int BAND = 128;

  /** The most terms of a piece's sums: the right operand's piece stays in the cache. */
  public static final int MAX_DEPTH = 384;

  private static final int STEP = 16;
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");
  private static final boolean AVX512 = hasAvx512();

  private SmallProducts() {}

  /** Whether it is worth cutting products of this type into pieces here. */
  public static boolean areFast(DType dtype) {
    return dtype == DType.F32 && AVX512;
  }

  /** The most rows of a piece. */
  public static int rows(int depth) {
    return MAX_WORK / COLUMNS / depth / STEP * STEP;
  }

  /** The size of equal parts of at most {@code limit}, rounded up to whole vectors. */
  public static int even(int size, int limit) {
    int parts = Math.max(1, (size + limit - 1) / limit);
    int part = (size + parts - 1) / parts;
    return Math.max(1, Math.min(limit, (part + STEP - 1) / STEP * STEP));
  }

  private static boolean hasAvx512() {
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> (line + " ").contains(" avx512vl "))
          .orElse(false);
    } catch (IOException e) {
      return false;
    }
  }
}
