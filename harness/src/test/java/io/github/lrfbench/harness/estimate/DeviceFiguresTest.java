package io.github.lrfbench.harness.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.estimate.DeviceFigures.Source;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The roofline, worked by hand, and where its figures come from. */
class DeviceFiguresTest {
  /** 100 GFLOP/s and 10 GB/s: 10 operations a byte divide. A launch takes 2 us. */
  private static final DeviceFigures TEN = DeviceFigures.given(Precision.FP32, 100, 10, 2);

  @TempDir private Path folder;

  @Test
  void aProductTakesTheLongerOfArithmeticAndMemory() {
    // 2 x 1000 x 500 x 200 operations are 2 ms, 4 (500000 + 100000 + 200000) bytes are 0.32 ms.
    Work large = Work.product(1000, 500, 200, DType.F32);
    assertEquals(2 + 0.002, TEN.millis(large), 1e-12);
    // 2 x 500 x 200 operations are 0.002 ms, 4 (500 + 100000 + 200) bytes are 0.04028 ms.
    Work row = Work.product(1, 500, 200, DType.F32);
    assertEquals(0.04028 + 0.002, TEN.millis(row), 1e-12);
    assertEquals(0.02014 + 0.002, TEN.millis(Work.product(1, 500, 200, DType.F16)), 1e-12);
  }

  @Test
  void figuresAreOfTheDeviceTheyName() {
    DeviceFigures t4 = DeviceFigures.find("t4", null, Precision.FP32, new Notes());
    assertTrue(t4.isOf("Tesla T4"));
    assertFalse(t4.isOf("NVIDIA T400 4GB"));
    assertFalse(t4.isOf("Intel(R) Xeon(R) Processor"));
    assertTrue(
        DeviceFigures.find("A100", null, Precision.FP32, new Notes())
            .isOf("NVIDIA A100-SXM4-80GB"));
    assertTrue(TEN.isOf("Intel(R) Xeon(R) Processor"));
  }

  @Test
  void anOperationReadsAndWritesEveryArgumentOnce() {
    try (ShapeDevice device = new ShapeDevice();
        Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.allocate(DType.F32, 10, 20));
      Matrix y = Matrix.of(scope.allocate(DType.F32, 10, 30));
      Matrix w = Matrix.of(scope.allocate(DType.F32, 20, 30));
      Matrix down = Matrix.of(scope.allocate(DType.F32, 20, 4));
      Matrix up = Matrix.of(scope.allocate(DType.F32, 4, 30));
      device.nn().linear(x, false, w, scope.allocate(DType.F32, 30), Activation.RELU, y);
      device.nn().lowRank(x, down, up, null, Activation.NONE, y);
      device.nn().add(y, y);
      assertEquals(
          List.of(
              new Work("linear", 2 * 10 * 20 * 30, 2 * 300, 4 * (200 + 600 + 30 + 300)),
              new Work("linear", 2 * 10 * 20 * 4, 0, 4 * (200 + 80 + 40)),
              new Work("linear", 2 * 10 * 4 * 30, 0, 4 * (40 + 120 + 300)),
              new Work("add", 0, 300, 4 * 3 * 300)),
          device.takeWork());
      assertEquals(List.of(), device.takeWork());
      assertEquals(4 * (200 + 300 + 600 + 80 + 120 + 30), device.memory().currentBytes());
      scope.close();
      assertEquals(0, device.memory().currentBytes());
      assertThrows(UnsupportedOperationException.class, () -> x.data().toFloats());
    }
  }

  @Test
  void publishedFiguresHaveAPeakForEachType() {
    DeviceFigures figures = DeviceFigures.find("a100", null, Precision.BF16, new Notes());
    assertEquals(312_000, figures.peak());
    assertEquals(19_500, figures.other());
    assertEquals(2_039, figures.bandwidth());
    assertEquals(Source.PUBLISHED, figures.source());
    assertEquals(8_100, DeviceFigures.find("T4", null, Precision.FP32, new Notes()).peak());
    for (String name : DeviceFigures.names()) {
      assertTrue(DeviceFigures.find(name, null, Precision.FP16, new Notes()).peak() > 1e4);
    }
    DeviceFigures given = figures.with(null, 1_000.0, null);
    assertEquals(List.of(312_000.0, 1_000.0), List.of(given.peak(), given.bandwidth()));
    assertEquals(Source.GIVEN, given.source());
  }

  private static String refusal(String device, Path file, Precision precision) {
    InputException e =
        assertThrows(
            InputException.class, () -> DeviceFigures.find(device, file, precision, new Notes()));
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  @Test
  void whatIsNotKnownIsOneLine() {
    assertTrue(refusal("V100", null, Precision.BF16).contains("the V100 has no units for it"));
    assertTrue(refusal("H10", null, Precision.FP32).contains("did you mean"));
    assertTrue(refusal("cpu", null, Precision.FP32).contains("--measured"));
    assertTrue(refusal("T4", folder.resolve("k.csv"), Precision.FP32).contains("give one"));
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(InputException.class, () -> DeviceFigures.given(Precision.FP32, bad, 1, 0));
      assertThrows(InputException.class, () -> DeviceFigures.given(Precision.FP32, 1, bad, 0));
    }
    assertThrows(InputException.class, () -> DeviceFigures.given(Precision.FP32, 1, 1, -1));
  }

  private static KernelRow.Builder row(String kind, int threads) {
    return KernelRow.builder()
        .set(KernelColumns.KIND, kind)
        .set(KernelColumns.DEVICE, "cpu")
        .set(KernelColumns.DEVICE_NAME, "Test")
        .set(KernelColumns.DTYPE, "fp32")
        .set(KernelColumns.THREADS, threads)
        .set(KernelColumns.ROWS, 8)
        .set(KernelColumns.COLS, 8)
        .set(KernelColumns.BATCH_ROWS, 8);
  }

  private Path file(KernelRow.Builder... rows) {
    Path file = folder.resolve("kernels" + System.nanoTime() + ".csv");
    try (CsvAppender table = CsvAppender.open(file, KernelColumns.TABLE.header())) {
      for (KernelRow.Builder row : rows) {
        table.append(row.build().print());
      }
    }
    return file;
  }

  private static KernelRow.Builder gemm(int threads) {
    return row(KernelRow.GEMM, threads)
        .set(KernelColumns.GFLOP_PER_S, 90.0)
        .set(KernelColumns.PEAK_SHARE, 0.9)
        .set(KernelColumns.GB_PER_S, 3.0);
  }

  @Test
  void measuredFiguresAreThoseOfTheLatestRows() {
    Notes notes = new Notes();
    Path file =
        file(
            gemm(2),
            row(KernelRow.STREAM, 2).set(KernelColumns.GB_PER_S, 7.0),
            row(KernelRow.STREAM, 2)
                .set(KernelColumns.GB_PER_S, 4.0)
                .set(KernelColumns.LATENCY_MS_P50, 6.0)
                .set(KernelColumns.LATENCY_MS_MIN, 3.0),
            row(KernelRow.GELU, 2)
                .set(KernelColumns.GFLOP_PER_S, 20.0)
                .set(KernelColumns.LATENCY_MS_P50, 4.0)
                .set(KernelColumns.LATENCY_MS_MIN, 2.0),
            row(KernelRow.LAUNCH, 2)
                .set(KernelColumns.MS_PER_MATRIX, 0.006)
                .set(KernelColumns.LATENCY_MS_P50, 4.0)
                .set(KernelColumns.LATENCY_MS_MIN, 1.0));
    DeviceFigures figures = DeviceFigures.find(null, file, Precision.FP32, notes);
    assertEquals(
        new DeviceFigures("Test", Source.MEASURED, Precision.FP32, 2, 100, 40, 8, 1.5), figures);
    assertEquals(List.of(), notes.lines());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -5, Double.NaN, Double.POSITIVE_INFINITY})
  void activationsOfNoSpeedAreRefused(double speed) {
    Path wrong = file(gemm(1), row(KernelRow.GELU, 1).set(KernelColumns.GFLOP_PER_S, speed));
    String told = refusal(null, wrong, Precision.FP32);
    assertTrue(told.contains("gelu) must be a number above 0"), told);
  }

  @Test
  void filesOfOlderProgramsTellLess() {
    Notes notes = new Notes();
    DeviceFigures figures = DeviceFigures.find(null, file(gemm(1)), Precision.FP32, notes);
    assertEquals(List.of(3.0, 0.0), List.of(figures.bandwidth(), figures.launch()));
    assertEquals(3, notes.lines().size());
    assertEquals(figures.peak(), figures.other());
    assertTrue(refusal(null, file(gemm(1)), Precision.FP16).contains("no products in fp16"));
    assertTrue(refusal(null, file(gemm(1), gemm(2)), Precision.FP32).contains("threads 1; Test"));
  }

  @Test
  void theSearchForARankFindsWhatAScanDoes() {
    for (int tokens : new int[] {1, 4, 32, 1000}) {
      int scanned = 0;
      double dense = TEN.millis(Work.product(tokens, 300, 200, DType.F32));
      for (int rank = 1; rank <= 200; rank++) {
        double factors =
            TEN.millis(Work.product(tokens, 300, rank, DType.F32))
                + TEN.millis(Work.product(tokens, rank, 200, DType.F32));
        scanned = factors < dense ? rank : scanned;
      }
      assertEquals(scanned, BreakEvenRank.ofMatrix(200, 300, tokens, DType.F32, TEN));
      assertTrue(scanned <= 120, "no more than m n / (m + n)");
    }
    DeviceFigures slowToStart = DeviceFigures.given(Precision.FP32, 100, 10, 1e6);
    assertEquals(0, BreakEvenRank.ofMatrix(200, 300, 1000, DType.F32, slowToStart));
    DeviceFigures arithmetic = DeviceFigures.given(Precision.FP32, 1, 1e9, 0);
    // m n / (m + n) is 120, where the times are equal.
    assertEquals(119, BreakEvenRank.ofMatrix(200, 300, 1000, DType.F32, arithmetic));
  }
}
