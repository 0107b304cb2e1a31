package io.github.lrfbench.kernels.cuda.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class LowRankCrossoverTest {
  /** Fused gains a factor of two at rank 16 and loses one at rank 64, with any rows. */
  private static final LowRankCrossover MEASURED =
      new LowRankCrossover(
          List.of(
              timing(16, 16, 768, 5, 10),
              timing(16, 64, 768, 10, 5),
              timing(1024, 16, 768, 5, 10),
              timing(1024, 64, 768, 10, 5),
              timing(16, 16, 3072, 10, 9),
              timing(16, 64, 3072, 10, 9)));

  private static LowRankTiming timing(int rows, int rank, int outputs, double fused, double two) {
    return new LowRankTiming(DType.F16, rows, 768, rank, outputs, fused, two);
  }

  private static boolean fused(DType dtype, int rows, int rank, int outputs) {
    return MEASURED.prefersFused(dtype, rows, 768, rank, outputs, true);
  }

  @Test
  void choosesTheFasterFormBetweenMeasuredPoints() {
    assertTrue(fused(DType.F16, 16, 16, 768));
    assertTrue(fused(DType.F16, 100, 31, 768), "half of the way, in logarithms, is 32");
    assertFalse(fused(DType.F16, 100, 33, 768));
    assertFalse(fused(DType.F16, 1024, 64, 768));
  }

  @Test
  void goesByTheNearestPointOutsideOfThem() {
    assertTrue(fused(DType.F16, 1, 1, 768));
    assertFalse(fused(DType.F16, 100_000, 500, 768));
    assertFalse(fused(DType.F16, 16, 8, 4096), "the shape of 3072 outputs is nearer");
    assertTrue(fused(DType.F16, 16, 8, 1000));
  }

  @Test
  void typesThatWereNotMeasuredGoByTheRule() {
    assertTrue(fused(DType.BF16, 1024, 64, 768));
    assertFalse(fused(DType.BF16, 1025, 64, 768));
    assertFalse(fused(DType.BF16, 16, 65, 768));
    LowRankCrossover none = new LowRankCrossover(List.of());
    assertTrue(none.prefersFused(DType.F32, 32, 768, 32, 768, false));
    assertFalse(none.prefersFused(DType.F32, 64, 768, 32, 768, false));
  }

  @Test
  void linesAreReadAsTheyAreWritten() {
    LowRankTiming timing = timing(16, 32, 768, 5.125, 10.25);
    assertEquals(timing, LowRankTiming.parse(timing.toCsv()).orElseThrow());
    assertTrue(LowRankTiming.parse(LowRankTiming.HEADER).isEmpty());
    assertTrue(LowRankTiming.parse("F16,1,2,3,4,5").isEmpty());
    assertTrue(LowRankTiming.parse("").isEmpty());
  }
}
