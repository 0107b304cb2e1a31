package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Models of which only the shapes are read: weights stay undefined, and a tokenizer is not needed.
 */
public final class ModelOutline {
  private static final String CONFIG = "config.json";

  private ModelOutline() {}

  /**
   * The model of a directory, or of a {@code config.json} alone: then it is, as transformers would
   * draw it anew, a language model of a GPT-2 that is no classifier by its class, else a
   * classifier.
   *
   * @param place a directory, or a file of that name in it
   * @param notes is told what the user should know of the files
   * @throws io.github.lrfbench.kernels.InputException if something in it is missing or wrong
   */
  public static Model open(Path place, Gpt2Options options, Device device, Notes notes) {
    Path directory = Files.isRegularFile(place) ? place.toAbsolutePath().getParent() : place;
    SentenceTransformer sentence = SentenceTransformer.detect(directory, notes);
    Path root = sentence == null ? directory : sentence.transformer();
    if (!hasWeights(root)) {
      ObjectNode json = JsonFile.read(root.resolve(CONFIG));
      // The class of a pretrained model is another than that of the model it is to become.
      boolean classifier = json.path("architectures").toString().contains("Classification");
      json.remove("architectures");
      Architecture architecture = LoadedModel.architecture(root, json, sentence, options, notes);
      notes.add(root.resolve(CONFIG), "there are no weights beside it: shapes are by it alone");
      return drawn(architecture, isGpt2(json) && !classifier, device);
    }
    try (Checkpoint checkpoint = Checkpoint.open(root)) {
      return LoadedModel.architecture(root, checkpoint.config(), sentence, options, notes)
          .load(new UnreadWeights(new CheckpointWeights(checkpoint)), device);
    }
  }

  /**
   * The model of a configuration.
   *
   * @param json as a {@code config.json} holds it; a GPT-2 is a language model
   */
  public static Model of(ObjectNode json, Gpt2Options options, Device device) {
    Architecture architecture = Architectures.of(Path.of(CONFIG), json, null, options, new Notes());
    return drawn(architecture, isGpt2(json), device);
  }

  private static boolean isGpt2(ObjectNode json) {
    return json.path("model_type").asText().equals(Gpt2Config.MODEL_TYPE);
  }

  private static Model drawn(Architecture architecture, boolean languageModel, Device device) {
    WeightSource weights =
        languageModel ? architecture.randomLanguageModel(0) : architecture.randomWeights(0);
    return architecture.load(new UnreadWeights(weights), device);
  }

  /** Whatever is amiss with weights that are there, the checkpoint tells. */
  private static boolean hasWeights(Path directory) {
    return Stream.of("model.safetensors", "pytorch_model.bin", "lrfbench_model.safetensors")
        .flatMap(name -> Stream.of(name, name + ".index.json"))
        .anyMatch(name -> Files.exists(directory.resolve(name)));
  }
}
