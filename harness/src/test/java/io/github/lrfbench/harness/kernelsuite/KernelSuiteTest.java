package io.github.lrfbench.harness.kernelsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs a tiny suite under a clock on which every timed run takes one millisecond. */
class KernelSuiteTest {
  private static final List<Map<KernelColumn, String>> ROWS = new ArrayList<>();
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
            List.of(1, 5),
            7,
            rule,
            rule);
    long[] now = new long[1];
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {})) {
      new KernelSuite(device, config, () -> now[0] += 1_000_000)
          .run(
              cells -> {
                Map<KernelColumn, String> row = new TreeMap<>();
                for (KernelColumn column : KernelColumn.values()) {
                  row.put(column, cells.get(column.ordinal()));
                }
                ROWS.add(row);
              },
              PROGRESS::add);
    } finally {
      Locale.setDefault(before);
    }
  }

  @AfterAll
  static void forget() {
    ROWS.clear();
    PROGRESS.clear();
  }

  private static List<Map<KernelColumn, String>> ofKind(String kind) {
    return ROWS.stream().filter(row -> row.get(KernelColumn.KIND).equals(kind)).toList();
  }

  private static double number(Map<KernelColumn, String> row, KernelColumn column) {
    return Double.parseDouble(row.get(column));
  }

  @Test
  void everyCombinationHasARow() {
    assertEquals(1, ofKind("gemm").size());
    assertEquals(4, ofKind("dense_matmul").size());
    assertEquals(2 * 2 + 2 * 1, ofKind("lowrank_matmul").size());
    assertEquals(4, ofKind("break_even").size());
    assertEquals((3 + 4) + 4, ofKind("svd").size());
    assertEquals(1 + 4 + 3, PROGRESS.size());
    assertTrue(PROGRESS.get(7).startsWith("[8/8] SVD of 8x8"), PROGRESS.get(7));
  }

  @Test
  void everyRowSaysWhereItWasMeasured() {
    for (Map<KernelColumn, String> row : ROWS) {
      assertEquals("1", row.get(KernelColumn.SCHEMA));
      assertEquals("cpu", row.get(KernelColumn.DEVICE));
      assertEquals("fp32", row.get(KernelColumn.DTYPE));
      assertEquals("2", row.get(KernelColumn.THREADS));
      assertEquals("7", row.get(KernelColumn.SEED));
    }
  }

  @Test
  void speedsFollowFromTimesAndCounts() {
    Map<KernelColumn, String> gemm = ofKind("gemm").get(0);
    assertEquals(1, number(gemm, KernelColumn.LATENCY_MS_P50));
    assertEquals(3, number(gemm, KernelColumn.RUNS));
    assertEquals(2147.48, number(gemm, KernelColumn.GFLOP_PER_S), 0.01);
    Map<KernelColumn, String> dense = ofKind("dense_matmul").get(1);
    assertEquals("5", dense.get(KernelColumn.BATCH_ROWS));
    assertEquals(2 * 24 * 16 * 5 / 1e6, number(dense, KernelColumn.GFLOP_PER_S), 1e-8);
    assertEquals(4 * (24 * 16 + 5 * (24 + 16)) / 1e6, number(dense, KernelColumn.GB_PER_S), 1e-8);
    Map<KernelColumn, String> low = ofKind("lowrank_matmul").get(2);
    assertEquals("2", low.get(KernelColumn.RANK));
    assertEquals(2 * 2 * (24 + 16) * 5 / 1e6, number(low, KernelColumn.GFLOP_PER_S), 1e-8);
    assertEquals(1, number(low, KernelColumn.SPEEDUP));
  }

  @Test
  void equalTimesBreakEvenAtTheSmallestRank() {
    Map<KernelColumn, String> row = ofKind("break_even").get(0);
    assertEquals(9.6, number(row, KernelColumn.BREAK_EVEN_RANK));
    assertEquals(2, number(row, KernelColumn.BREAK_EVEN_RANK_MEASURED));
    assertEquals("below", row.get(KernelColumn.BREAK_EVEN_VERDICT));
  }

  @Test
  void errorsAreComparedWithTheOptimum() {
    for (Map<KernelColumn, String> row : ofKind("svd")) {
      double ratio = number(row, KernelColumn.ERROR_OVER_OPTIMUM);
      boolean randomized = row.get(KernelColumn.SVD_ALGORITHM).equals("randomized");
      assertTrue(ratio > 0.9999 && ratio < (randomized ? 1.1 : 1.0001), "ratio " + ratio);
      assertTrue(number(row, KernelColumn.OPTIMAL_RELATIVE_ERROR) < 1);
      assertEquals("2", row.get(KernelColumn.MATRICES));
      assertEquals(0.5, number(row, KernelColumn.MS_PER_MATRIX));
    }
    assertEquals("exact-fp64", ofKind("svd").get(3).get(KernelColumn.SVD_USED));
    assertEquals("gram-fp64", ofKind("svd").get(0).get(KernelColumn.SVD_USED));
  }

  @Test
  void headersAreSnakeCase() {
    KernelColumn.headers().forEach(name -> assertTrue(name.matches("[a-z][a-z0-9_]*"), name));
  }
}
