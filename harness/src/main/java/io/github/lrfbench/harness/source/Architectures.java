package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.bert.EncoderArchitecture;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.Family;
import io.github.lrfbench.harness.model.bert.SentenceEncoding;
import io.github.lrfbench.harness.model.gpt2.Gpt2Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the architecture of a {@code config.json}. */
public final class Architectures {
  private Architectures() {}

  /** The values of {@code model_type} that can be loaded. */
  public static List<String> modelTypes() {
    List<String> types = new ArrayList<>(Family.modelTypes());
    types.add(Gpt2Config.MODEL_TYPE);
    return List.copyOf(types);
  }

  /**
   * The architecture of a model.
   *
   * @param file for complaints
   * @param json the parsed {@code config.json}
   * @param sentences how a sentence encoder makes its embeddings; null for other models
   * @param options of a GPT-2
   * @param notes is told of what is passed over
   * @throws InputException if it is not known, or a value is missing or wrong
   */
  public static Architecture of(
      Path file, ObjectNode json, SentenceEncoding sentences, Gpt2Options options, Notes notes) {
    CheckpointWriter.requireFinished(json);
    String type = json.path("model_type").asText("");
    if (!modelTypes().contains(type)) {
      throw Faults.of(
          file,
          "model_type "
              + Faults.quote(type)
              + " is not supported; supported: "
              + String.join(", ", modelTypes()));
    }
    if (!type.equals(Gpt2Config.MODEL_TYPE)) {
      if (!options.equals(Gpt2Options.DEFAULT)) {
        throw new InputException(
            "--split-qkv, --untie-head and --latent-cache are for gpt2; the model is a "
                + type
                + ", whose matrices are apart already");
      }
      return new EncoderArchitecture(EncoderConfig.parse(file, json, notes), sentences);
    }
    if (sentences != null) {
      throw Faults.of(file, "a sentence encoder built on gpt2 is not supported");
    }
    return new Gpt2Architecture(Gpt2Config.parse(file, json, notes), options);
  }
}
