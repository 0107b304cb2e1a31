package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.MethodChain;

/** What a compressed model's {@code config.json} tells of how it was compressed. */
final class CompressionBlock {
  private CompressionBlock() {}

  /**
   * Adds all that the result depends on, beside the model, the budget and the options that say how
   * its matrices are stored.
   *
   * @param block modified
   * @param options after the compression
   */
  static void describe(ObjectNode block, CompressionOptions options, CompressionJob job) {
    ArrayNode stages = block.putArray("stages");
    for (MethodChain.Stage stage : job.method().stages()) {
      ObjectNode told = stages.addObject().put("method", stage.method().name());
      ObjectNode values = told.putObject("options");
      stage.method().options().values().forEach(values::put);
      told.put("marked", stage.marked()).put("residual", stage.residual());
    }
    block.put("allocate", job.allocation().name());
    block.put("round_to", job.allocation().multiple());
    block.put("seed", job.seed());
    options.layers.forEach(block.putArray("layers")::add);
    options.calibration.learned().ifPresent(data -> block.set("calibration_data", data));
  }
}
