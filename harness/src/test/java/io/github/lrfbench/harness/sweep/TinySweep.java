package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A sweep of two cells, a tiny BERT dense and cut by half, over twelve sentences. */
final class TinySweep {
  private final Path folder;
  private final Path model;
  private final Path glue;

  /** Writes model and data. */
  TinySweep(Path folder) throws IOException {
    this.folder = folder;
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = folder.resolve("glue");
    Files.createDirectories(glue.resolve("SST-2"));
    StringBuilder dev = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 12; i++) {
      dev.append(i % 3 == 0 ? "a good film . " : "the plot is not very bad ")
          .append('\t')
          .append(i % 2)
          .append('\n');
    }
    Files.writeString(glue.resolve("SST-2/dev.tsv"), dev);
  }

  /** Runs it on a device. */
  List<RunRow> run(String id, SweepListener listener) {
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
            false,
            32,
            0,
            Gpt2Options.DEFAULT,
            glue,
            TextSource.NONE,
            folder.resolve(id),
            KeptPredictions.AUTO,
            List.of(),
            List.of());
    try (Device device = Devices.open(id, new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), listener).run(record);
    }
  }
}
