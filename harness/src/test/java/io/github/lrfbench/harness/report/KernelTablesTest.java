package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of a device with a peak of 100 GFLOP/s and 10 GB/s, so that 10 operations a byte divide. */
class KernelTablesTest {
  private static KernelRow.Builder row(String kind) {
    return KernelRow.builder()
        .set(KernelColumns.KIND, kind)
        .set(KernelColumns.DEVICE, "cpu")
        .set(KernelColumns.DTYPE, "fp32")
        .set(KernelColumns.THREADS, 2)
        .set(KernelColumns.ROWS, 768)
        .set(KernelColumns.COLS, 768);
  }

  private static KernelRow product(
      String kind, long batch, Long rank, double ms, double flops, double bytes, Double speedup) {
    return row(kind)
        .set(KernelColumns.BATCH_ROWS, batch)
        .set(KernelColumns.RANK, rank)
        .set(KernelColumns.LATENCY_MS_P50, ms)
        .set(KernelColumns.GFLOP_PER_S, flops)
        .set(KernelColumns.GB_PER_S, bytes)
        .set(KernelColumns.PEAK_SHARE, flops / 100)
        .set(KernelColumns.SPEEDUP, speedup)
        .set(KernelColumns.BREAK_EVEN_RANK, 384.0)
        .build();
  }

  private static KernelRow breakEven(long batch, String verdict, Double rank) {
    return row(KernelRow.BREAK_EVEN)
        .set(KernelColumns.BATCH_ROWS, batch)
        .set(KernelColumns.BREAK_EVEN_VERDICT, verdict)
        .set(KernelColumns.BREAK_EVEN_RANK_MEASURED, rank)
        .build();
  }

  private static KernelRow svd(String algorithm, String used, double ms, double ratio) {
    return row(KernelRow.SVD)
        .set(KernelColumns.RANK, 64)
        .set(KernelColumns.SVD_ALGORITHM, algorithm)
        .set(KernelColumns.SVD_USED, used)
        .set(KernelColumns.MS_PER_MATRIX, ms)
        .set(KernelColumns.ERROR_OVER_OPTIMUM, ratio)
        .build();
  }

  private static List<KernelRow> rows() {
    return List.of(
        product(KernelRow.GEMM, 1024, null, 20, 90, 1, null),
        product(KernelRow.DENSE_MATMUL, 1, null, 0.512, 5, 10, null),
        product(KernelRow.LOWRANK_MATMUL, 1, 64L, 0.1, 4, 8, 5.0),
        product(KernelRow.LOWRANK_MATMUL, 1, 384L, 0.4, 5, 10, 1.25),
        breakEven(1, "not reached", null),
        product(KernelRow.DENSE_MATMUL, 128, null, 2.046, 80, 2, null),
        product(KernelRow.LOWRANK_MATMUL, 128, 64L, 1, 50, 2, 2.0),
        product(KernelRow.LOWRANK_MATMUL, 128, 384L, 4, 60, 2, 0.5),
        product(KernelRow.LOWRANK_TWO_PRODUCTS, 128, 64L, 0.8, 60, 2, 2.5),
        breakEven(128, "found", 277.3),
        svd("gram", "gram-fp64", 12.34, 1.0),
        svd("randomized", "randomized-fp32", 3.21, 1.052),
        svd("auto", "gram-fp64", 12.5, 1.0));
  }

  @Test
  void curvesRooflineAndDecompositionsAreTables() {
    assertEquals(
        """
        cpu, fp32, 2 threads

        products of 768x768: speedup over the dense product, by rank; equal operations at rank 384.0
        rows                  dense   r=64  r=384   break-even
        -----------------  --------  -----  -----  -----------
        1                  0.512 ms  5.00x  1.25x  not reached
        128                 2.05 ms  2.00x  0.50x          277
        128, two products            2.50x

        products of 768x768: % of the roofline, by rank; it is 100.0 GFLOP/s, or 10.0 GB/s where memory limits (m)
        rows               dense  r=64  r=384
        -----------------  -----  ----  -----
        1                  100 m  80 m  100 m
        128                   80    50     60
        128, two products           60

        truncated SVD: time for a matrix, and error / smallest possible error where above 1.001
        shape    rank     gram       randomized               auto
        -------  ----  -------  ---------------  -----------------
        768x768    64  12.3 ms  3.21 ms (1.052)  gram-fp64 12.5 ms
        """,
        KernelTables.render(rows()));
  }

  @Test
  void theLatestMeasurementCounts() {
    List<KernelRow> twice = new ArrayList<>(rows());
    twice.add(product(KernelRow.LOWRANK_MATMUL, 128, 64L, 1, 50, 2, 1.75));
    String text = KernelTables.render(twice);
    assertTrue(text.contains("1.75x") && !text.contains("2.00x"), text);
  }

  @Test
  void filesOfTheFirstSchemaSayTheSame() {
    List<KernelRow> old =
        List.of(
            product(KernelRow.DENSE_MATMUL, 1, null, 0.5, 5, 10, null),
            product(KernelRow.LOWRANK_MATMUL, 1, 384L, 0.4, 5, 10, 1.25),
            breakEven(1, "above", 384.0),
            product(KernelRow.DENSE_MATMUL, 16, null, 0.5, 5, 10, null),
            product(KernelRow.LOWRANK_MATMUL, 16, 384L, 0.8, 5, 10, 0.6),
            breakEven(16, "below", 384.0));
    List<String> lines = KernelTables.render(old).lines().toList();
    assertTrue(lines.get(5).endsWith("1.25x  not reached"), lines.toString());
    assertTrue(lines.get(6).endsWith("0.60x    below all"), lines.toString());
  }

  /** Another program took half of the processor while the large product was timed. */
  @Test
  void nothingIsAboveTheRoofline() {
    List<KernelRow> rows = new ArrayList<>(rows());
    rows.add(product(KernelRow.LOWRANK_MATMUL, 128, 64L, 1, 200, 5, 2.0));
    Roofline roofline = Roofline.of(rows);
    assertEquals(new Roofline(200, 10), roofline);
    assertTrue(rows.stream().filter(Roofline::isProduct).allMatch(row -> roofline.share(row) <= 1));
  }

  @Test
  void devicesAreApart() {
    KernelRow other =
        row(KernelRow.SVD)
            .set(KernelColumns.THREADS, 8)
            .set(KernelColumns.RANK, 64)
            .set(KernelColumns.SVD_ALGORITHM, "gram")
            .set(KernelColumns.MS_PER_MATRIX, 99.1)
            .build();
    List<KernelRow> both = new ArrayList<>(rows());
    both.add(other);
    String text = KernelTables.render(both);
    assertTrue(text.contains("12.3 ms") && text.contains("99.1 ms"), text);
    assertTrue(text.contains("\n\ncpu, fp32, 8 threads\n"), text);
  }

  @Test
  void aPageHasTheTablesAndNamesAreText() {
    String page = KernelPage.render("<b>.csv", rows());
    assertTrue(page.contains("<title>LRF-Bench kernels: &lt;b&gt;.csv</title>"), page);
    assertFalse(page.contains("<b>"), page);
    assertTrue(page.contains("<td class=\"number\">not reached</td>"), page);
    assertTrue(page.contains("<td class=\"number\">80 m</td>"), page);
  }
}
