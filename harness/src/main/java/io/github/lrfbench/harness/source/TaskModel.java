package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.exits.Exits;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;
import java.util.List;

/**
 * A model with a head for a task, to be trained on it.
 *
 * @param model the model
 * @param tokenizer turns text into what it reads
 * @param config what the trained model's {@code config.json} shall hold
 * @param transformer directory of the checkpoint
 * @param revision a hash of its files
 * @param drawn modules of the head that were drawn anew
 * @param start where the weights come from, for the log
 * @param notes what the user should know of the files, a line each
 */
public record TaskModel(
    Model model,
    Tokenizer tokenizer,
    ObjectNode config,
    Path transformer,
    String revision,
    List<String> drawn,
    String start,
    List<String> notes)
    implements AutoCloseable {
  private static final List<String> CROSS_ENCODER_KEYS =
      List.of("sentence_transformers", "sbert_ce_default_activation_function");

  /**
   * Opens a checkpoint for training on a task. Its head is kept if it has the task's number of
   * outputs and drawn anew otherwise; of a sentence encoder only the transformer is used.
   *
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong
   */
  public static TaskModel open(Path directory, GlueTask task, TrainingStart wanted, Device device) {
    Notes notes = new Notes();
    SentenceTransformer sentence = SentenceTransformer.detect(directory, notes);
    Path root = sentence == null ? directory : sentence.transformer();
    try (Checkpoint checkpoint = Checkpoint.open(root)) {
      ObjectNode json = checkpoint.config();
      // Training goes through the outputs as they are.
      json.remove(CROSS_ENCODER_KEYS);
      Path file = root.resolve("config.json");
      if (Exits.take(json) != null) {
        notes.add(file, "tells of early exits, which are left out: they are of these very weights");
      }
      Architecture asStored = Architectures.of(file, json, null, Gpt2Options.DEFAULT, notes);
      json.putArray("architectures").add(asStored.classifierName());
      WeightSource stored = new CheckpointWeights(checkpoint);
      boolean sameOutputs = asStored.labels().size() == task.outputs();
      if (!sameOutputs || !hasHead(asStored, stored)) {
        renewOutputs(json, task);
      }
      namePadding(json);
      wanted.setDropout(json);
      Architecture architecture = Architectures.of(file, json, null, wanted.options(), notes);
      WeightSource weights =
          wanted.fromScratch()
              ? architecture.randomWeights(wanted.seed())
              : architecture.withHead(stored, wanted.seed());
      String start =
          wanted.fromScratch()
              ? "all weights drawn with seed " + wanted.seed()
              : weights == stored
                  ? "weights and head of the checkpoint"
                  : "weights of the checkpoint, a head drawn with seed " + wanted.seed();
      Tokenizer tokenizer = NonEmptyTokenizer.open(root, checkpoint.config(), notes);
      Model model = architecture.load(weights, device);
      List<String> drawn =
          model.headLayers().keySet().stream()
              .filter(
                  name -> wanted.fromScratch() || weights != stored && isDrawn(stored, name, model))
              .sorted()
              .toList();
      return new TaskModel(
          model, tokenizer, json, root, checkpoint.contentHash(), drawn, start, notes.lines());
    }
  }

  /**
   * Opens a language model for training on text, with the head that it has.
   *
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong
   */
  static TaskModel openLanguageModel(Path directory, TrainingStart wanted, Device device) {
    Notes notes = new Notes();
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      ObjectNode json = checkpoint.config();
      Path file = directory.resolve("config.json");
      wanted.setDropout(json);
      Architecture architecture = Architectures.of(file, json, null, wanted.options(), notes);
      WeightSource weights =
          wanted.fromScratch()
              ? architecture.randomLanguageModel(wanted.seed())
              : new CheckpointWeights(checkpoint);
      String start =
          wanted.fromScratch()
              ? "all weights drawn with seed " + wanted.seed()
              : "weights of the checkpoint";
      Tokenizer tokenizer = NonEmptyTokenizer.open(directory, json, notes);
      Model model = architecture.load(weights, device);
      return new TaskModel(
          model,
          tokenizer,
          json,
          directory,
          checkpoint.contentHash(),
          List.of(),
          start,
          notes.lines());
    }
  }

  /** A layer that the checkpoint lacks, or has with another number of outputs. */
  private static boolean isDrawn(WeightSource stored, String module, Model model) {
    return LinearFormats.find(stored, module) == null
        || LinearFormats.outputs(stored, module) != model.headLayers().get(module).outputs();
  }

  private static boolean hasHead(Architecture architecture, WeightSource weights) {
    return architecture.withHead(weights, 0) == weights;
  }

  /** Without it, transformers gives a GPT-2 no batches of more than one sequence. */
  private static void namePadding(ObjectNode json) {
    if (json.path("model_type").asText("").equals(Gpt2Config.MODEL_TYPE)
        && !json.hasNonNull("pad_token_id")) {
      json.put(
          "pad_token_id", json.path("eos_token_id").asInt(json.path("vocab_size").asInt() - 1));
    }
  }

  /** A head that is drawn anew means what it will be taught. */
  private static void renewOutputs(ObjectNode json, GlueTask task) {
    OutputNames.write(json, OutputNames.numbered(task.outputs()));
    json.put("problem_type", task.isRegression() ? "regression" : "single_label_classification");
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
