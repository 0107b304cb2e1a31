package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.zoo.CheckpointWeights;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;

/** A reference model without a tokenizer. */
public record GoldenModel(Model model) implements AutoCloseable {
  /** Loads the checkpoint in a folder. */
  public static GoldenModel load(Path folder, Device device) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      EncoderConfig config = EncoderConfig.parse(checkpoint.config());
      return new GoldenModel(
          EncoderLoader.load(config, new CheckpointWeights(checkpoint), false, device));
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
