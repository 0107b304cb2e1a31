package io.github.lrfbench.harness.kernelsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs a tiny suite under a clock on which every timed run takes one millisecond. */
class KernelSuiteTest {
  private static final List<KernelRow> ROWS = new ArrayList<>();
  private static final List<String> PROGRESS = new ArrayList<>();

  @BeforeAll
  static void runSuite() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    StopRule rule = new StopRule(1, 3, Duration.ZERO, Duration.ofHours(1));
    KernelSuiteConfig config =
        new KernelSuiteConfig(
            List.of(new MatrixShape(24, 16), new MatrixShape(8, 8)),
            List.of(2, 12),
            false,
            List.of(1, 5),
            7,
            rule,
            rule);
    long[] now = new long[1];
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {})) {
      new KernelSuite(device, config, () -> now[0] += 1_000_000).run(ROWS::add, PROGRESS::add);
    } finally {
      Locale.setDefault(before);
    }
  }

  @AfterAll
  static void forget() {
    ROWS.clear();
    PROGRESS.clear();
  }

  private static List<KernelRow> ofKind(String kind) {
    return ROWS.stream().filter(row -> row.get(KernelColumns.KIND).equals(kind)).toList();
  }

  private static double number(KernelRow row, Column<? extends Number> column) {
    return row.get(column).doubleValue();
  }

  @Test
  void everyCombinationHasARow() {
    assertEquals(1, ofKind("gemm").size());
    assertEquals(4, ofKind("dense_matmul").size());
    assertEquals(2 * 2 + 2 * 1, ofKind("lowrank_matmul").size());
    assertEquals(4, ofKind("break_even").size());
    assertEquals((3 + 4) + 4, ofKind("svd").size());
    assertEquals(1 + 4 + 3 + 1, PROGRESS.size());
    assertTrue(PROGRESS.get(7).startsWith("[8/9] SVD of 8x8"), PROGRESS.get(7));
  }

  @Test
  void everyRowSaysWhereItWasMeasured() {
    for (KernelRow row : ROWS) {
      assertEquals(2, row.get(KernelColumns.SCHEMA));
      assertEquals("cpu", row.get(KernelColumns.DEVICE));
      assertEquals("fp32", row.get(KernelColumns.DTYPE));
      assertEquals(2, row.get(KernelColumns.THREADS));
      assertEquals(7, row.get(KernelColumns.SEED));
    }
  }

  @Test
  void speedsFollowFromTimesAndCounts() {
    KernelRow gemm = ofKind("gemm").get(0);
    assertEquals(1, number(gemm, KernelColumns.LATENCY_MS_P50));
    assertEquals(3, number(gemm, KernelColumns.RUNS));
    assertEquals(2147.48, number(gemm, KernelColumns.GFLOP_PER_S), 0.01);
    KernelRow dense = ofKind("dense_matmul").get(1);
    assertEquals(5, dense.get(KernelColumns.BATCH_ROWS));
    assertEquals(2 * 24 * 16 * 5 / 1e6, number(dense, KernelColumns.GFLOP_PER_S), 1e-8);
    assertEquals(4 * (24 * 16 + 5 * (24 + 16)) / 1e6, number(dense, KernelColumns.GB_PER_S), 1e-8);
    KernelRow low = ofKind("lowrank_matmul").get(2);
    assertEquals(2, low.get(KernelColumns.RANK));
    assertEquals(2 * 2 * (24 + 16) * 5 / 1e6, number(low, KernelColumns.GFLOP_PER_S), 1e-8);
    assertEquals(1, number(low, KernelColumns.SPEEDUP));
  }

  @Test
  void memoryActivationsAndLaunchesAreTimed() {
    KernelRow stream = ofKind("stream").get(0);
    assertEquals(3 * 4 * 4096 * 8192.0 / 1e6, number(stream, KernelColumns.GB_PER_S), 1e-3);
    KernelRow gelu = ofKind("gelu").get(0);
    assertEquals(16 * 18 * 256 * 3072.0 / 1e6, number(gelu, KernelColumns.GFLOP_PER_S), 1e-3);
    assertEquals(1.0 / 16, number(gelu, KernelColumns.MS_PER_MATRIX), 1e-6);
    KernelRow launch = ofKind("launch").get(0);
    assertEquals(64, number(launch, KernelColumns.MATRICES));
    assertEquals(1.0 / 64, number(launch, KernelColumns.MS_PER_MATRIX), 1e-6);
  }

  @Test
  void equalTimesAtTheSmallestRankAreNoCrossingThatWasSeen() {
    KernelRow row = ofKind("break_even").get(0);
    assertEquals(9.6, number(row, KernelColumns.BREAK_EVEN_RANK));
    assertNull(row.get(KernelColumns.BREAK_EVEN_RANK_MEASURED));
    assertEquals("below", row.get(KernelColumns.BREAK_EVEN_VERDICT));
  }

  @Test
  void errorsAreComparedWithTheOptimum() {
    for (KernelRow row : ofKind("svd")) {
      double ratio = number(row, KernelColumns.ERROR_OVER_OPTIMUM);
      boolean randomized = row.get(KernelColumns.SVD_ALGORITHM).equals("randomized");
      assertTrue(ratio > 0.9999 && ratio < (randomized ? 1.1 : 1.0001), "ratio " + ratio);
      assertTrue(number(row, KernelColumns.OPTIMAL_RELATIVE_ERROR) < 1);
      assertEquals(2, row.get(KernelColumns.MATRICES));
      assertEquals(0.5, number(row, KernelColumns.MS_PER_MATRIX));
    }
    assertEquals("exact-fp64", ofKind("svd").get(3).get(KernelColumns.SVD_USED));
    assertEquals("gram-fp64", ofKind("svd").get(0).get(KernelColumns.SVD_USED));
  }

  /** Under a clock by which low rank takes half of dense. */
  @Test
  void aCrossingThatIsNotSeenHasNoRank() {
    List<KernelRow> rows = new ArrayList<>();
    StopRule rule = new StopRule(1, 3, Duration.ZERO, Duration.ofHours(1));
    KernelSuiteConfig config =
        new KernelSuiteConfig(
            List.of(new MatrixShape(8, 8)), List.of(2), false, List.of(1), 7, rule, rule);
    long[] now = new long[1];
    long[] calls = new long[1];
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      // A round of two subjects reads the clock five times, at the end of the first one at a
      // multiple.
      new KernelSuite(device, config, () -> now[0] += ++calls[0] % 5 == 0 ? 2_000_000 : 1_000_000)
          .run(rows::add, line -> {});
    }
    KernelRow row =
        rows.stream()
            .filter(one -> one.get(KernelColumns.KIND).equals(KernelRow.BREAK_EVEN))
            .findFirst()
            .orElseThrow();
    KernelRow low =
        rows.stream()
            .filter(one -> one.get(KernelColumns.KIND).equals(KernelRow.LOWRANK_MATMUL))
            .findFirst()
            .orElseThrow();
    assertEquals(2, low.get(KernelColumns.SPEEDUP), low.print().toString());
    assertEquals("not reached", row.get(KernelColumns.BREAK_EVEN_VERDICT));
    assertNull(row.get(KernelColumns.BREAK_EVEN_RANK_MEASURED));
  }

  @Test
  void headersAreSnakeCase() {
    KernelColumns.TABLE.header().forEach(name -> assertTrue(name.matches("[a-z][a-z0-9_]*"), name));
  }
}
