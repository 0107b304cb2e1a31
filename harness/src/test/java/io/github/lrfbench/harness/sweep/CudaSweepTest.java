package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small sweep on CUDA says of accuracy and error what the CPU says. */
@Tag("cuda")
class CudaSweepTest {
  @TempDir private Path folder;

  @Test
  void agreesWithTheCpu() throws IOException {
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path glue = folder.resolve("glue");
    Files.createDirectories(glue.resolve("SST-2"));
    StringBuilder dev = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 12; i++) {
      dev.append(i % 3 == 0 ? "a good film . " : "the plot is not very bad ")
          .append('\t')
          .append(i % 2)
          .append('\n');
    }
    Files.writeString(glue.resolve("SST-2/dev.tsv"), dev);
    List<RunRow> expected = run("cpu", model, glue);
    List<RunRow> actual = run("cuda", model, glue);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      RunRow cpu = expected.get(i);
      RunRow cuda = actual.get(i);
      assertEquals("ok", cuda.get(RunColumns.STATUS), cuda.get(RunColumns.ERROR));
      assertTrue(cuda.get(MachineColumns.DEVICE).startsWith("cuda"));
      assertEquals(cpu.get(ScoreColumns.METRIC), cuda.get(ScoreColumns.METRIC));
      assertEquals(cpu.get(SizeColumns.PARAMS), cuda.get(SizeColumns.PARAMS));
      assertTrue(cuda.get(TimeColumns.LATENCY_MS_P50) > 0);
      if (cpu.get(SizeColumns.RELATIVE_ERROR) != null) {
        assertEquals(
            cpu.get(SizeColumns.RELATIVE_ERROR), cuda.get(SizeColumns.RELATIVE_ERROR), 1e-5);
      }
    }
  }

  private List<RunRow> run(String id, Path model, Path glue) {
    SweepConfig config =
        new SweepConfig(
            List.of(model.toString()),
            List.of("sst2"),
            List.of("svd"),
            List.of(new Budget.Keep(0.5)),
            List.of(Allocation.UNIFORM),
            List.of(Recovery.NONE),
            64,
            List.of(0L),
            List.of(),
            id,
            "fp32",
            1,
            LatencyKind.FORWARD,
            1,
            8,
            new RoundRule(1, 2, 0, 0),
            32,
            0,
            Gpt2Options.DEFAULT,
            glue,
            TextSource.NONE,
            folder.resolve(id),
            KeptPredictions.AUTO,
            List.of());
    try (Device device = Devices.open(id, new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), SweepListener.NONE)
          .run(record);
    }
  }
}
