package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU whose memory larger batches do not fit into. */
@EmulatorTest
class CudaMemoryFailureTest {
  private static final long MEBI = 1 << 20;
  private static final int LARGE = 1 << 14;

  @TempDir private Path folder;

  @BeforeEach
  void writeModelAndData() throws IOException {
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad .\t0\n");
    Emulator.setDeviceMemory(16 * MEBI);
  }

  @AfterEach
  void restore() {
    Emulator.setDeviceMemory(0);
  }

  @Test
  void largerBatchesAreSkippedAndSmallerOnesRun() {
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {})) {
      List<RunRow> failed = run(device, LARGE);
      assertEquals(List.of("failed", "skipped"), statuses(failed));
      String error = failed.get(0).get(RunColumns.ERROR);
      assertTrue(error.startsWith("out of memory on cuda:0: "), error);
      assertEquals(List.of("ok", "ok"), statuses(run(device, 2)));
      assertEquals(List.of("skipped", "skipped"), statuses(run(device, 2 * LARGE)));
      assertEquals(runIds(failed), runIds(run(device, LARGE)), "the rows of before, no others");
    }
  }

  @Test
  void aModelThatDoesNotFitIsRememberedAndNotLoadedAgain() {
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {})) {
      Emulator.setDeviceMemory(device.memory().currentBytes() + 4096);
      List<RunRow> failed = run(device, 2);
      assertEquals(List.of("failed", "skipped"), statuses(failed));
      String error = failed.get(0).get(RunColumns.ERROR);
      assertTrue(error.startsWith("out of memory on cuda:0: "), error);
      assertEquals(runIds(failed), runIds(run(device, 2)), "the rows of before, no others");
      assertEquals(List.of("skipped", "skipped"), statuses(run(device, 3)));
    }
  }

  private static List<String> statuses(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.STATUS)).toList();
  }

  private static List<String> runIds(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.RUN_ID)).toList();
  }

  private List<RunRow> run(Device device, int batchSize) {
    SweepConfig config =
        new SweepConfig(
            List.of(folder.resolve("model").toString()),
            List.of("sst2"),
            List.of("svd"),
            List.of(new Budget.Keep(0.5)),
            List.of(Allocation.UNIFORM),
            List.of(Recovery.NONE),
            64,
            List.of(0L),
            List.of(),
            "cuda",
            "fp32",
            1,
            LatencyKind.FORWARD,
            batchSize,
            8,
            new RoundRule(1, 2, 0, 0),
            false,
            32,
            0,
            Gpt2Options.DEFAULT,
            folder.resolve("glue"),
            TextSource.NONE,
            folder.resolve("out"),
            KeptPredictions.AUTO,
            List.of(),
            List.of());
    SweepRecord record =
        new SweepRecord("run of " + System.nanoTime(), List.of(config), Shard.WHOLE, List.of());
    return new SweepRunner(config, device, folder.resolve("cache"), SweepListener.NONE).run(record);
  }
}
