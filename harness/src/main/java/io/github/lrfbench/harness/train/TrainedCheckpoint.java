package io.github.lrfbench.harness.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes a model's weights as they are now as a Hugging Face directory; factored matrices are
 * written as factors.
 *
 * @param model the model
 * @param config what {@code config.json} shall hold, without the block below
 * @param block what it shall tell of the training, under the key {@code lrfbench}
 * @param source the directory whose tokenizer is copied
 * @param layout the directory of sentence-transformers whose modules are copied; null for none
 */
public record TrainedCheckpoint(
    Model model, ObjectNode config, ObjectNode block, Path source, Path layout)
    implements FineTuning.Output {
  @Override
  public void write(Path target) {
    SafetensorsWriter weights = new SafetensorsWriter();
    for (Parameter parameter : model.weights()) {
      WeightWriter.add(weights, parameter);
    }
    Set<String> names = model.weights().stream().map(Parameter::name).collect(Collectors.toSet());
    ObjectNode written = WeightWriter.config(config, names, block, model);
    CheckpointWriter.write(target, written, weights, source, layout);
  }
}
