package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.Architectures;
import io.github.lrfbench.harness.source.CheckpointWeights;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;

/** A reference model without a tokenizer. */
public record GoldenModel(Model model) implements AutoCloseable {
  /** Loads the checkpoint in a folder. */
  public static GoldenModel load(Path folder, Device device) {
    return load(folder, Gpt2Options.DEFAULT, device);
  }

  /** Loads the checkpoint in a folder with options of a GPT-2. */
  public static GoldenModel load(Path folder, Gpt2Options options, Device device) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Architecture architecture =
          Architectures.of(Path.of("config.json"), checkpoint.config(), null, options, new Notes());
      return new GoldenModel(architecture.load(new CheckpointWeights(checkpoint), device));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
