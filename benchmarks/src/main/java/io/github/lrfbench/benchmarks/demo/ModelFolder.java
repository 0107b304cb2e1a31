package io.github.lrfbench.benchmarks.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Hugging Face directories as they ship: weights in half precision. */
final class ModelFolder {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ModelFolder() {}

  /** An empty JSON object. */
  static ObjectNode json() {
    return MAPPER.createObjectNode();
  }

  /** Gives a configuration names of a classifier's outputs. */
  static void nameLabels(ObjectNode config, List<String> labels) {
    ObjectNode names = config.putObject("id2label");
    ObjectNode ids = config.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      ids.put(labels.get(i), i);
    }
  }

  /** Writes a model, without its tokenizer. */
  static void write(Model model, ObjectNode config, Path folder) throws IOException {
    Files.createDirectories(folder);
    SafetensorsWriter weights = new SafetensorsWriter();
    model
        .weights()
        .forEach(weight -> weights.addHalves(weight.name(), weight.shape(), weight::read));
    weights.write(folder.resolve("model.safetensors"));
    write(config.put("dtype", "float16"), folder.resolve("config.json"));
  }

  /** Writes a JSON file. */
  static void write(ObjectNode json, Path file) throws IOException {
    Files.writeString(
        file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }
}
