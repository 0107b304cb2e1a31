package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.exits.ExitModel;
import io.github.lrfbench.harness.exits.ExitTraining;
import io.github.lrfbench.harness.exits.Exits;
import io.github.lrfbench.harness.hub.Snapshot;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model with its tokenizer, ready to run.
 *
 * @param model the dense model
 * @param tokenizer turns text into what the model reads
 * @param transformer directory of the checkpoint, which of a sentence encoder may lie below the
 *     given one
 * @param revision what pins the weights: the commit of a hub's model, else a hash of the files
 * @param loadSeconds how long loading took
 * @param notes what the user should know of the files, a line each
 */
public record LoadedModel(
    Model model,
    Tokenizer tokenizer,
    Path transformer,
    String revision,
    double loadSeconds,
    List<String> notes)
    implements AutoCloseable {

  /**
   * Loads a Hugging Face or sentence-transformers directory.
   *
   * @throws io.github.lrfbench.kernels.InputException if something in it is missing or wrong
   */
  public static LoadedModel open(Path directory, Device device) {
    return open(directory, Gpt2Options.DEFAULT, device);
  }

  /**
   * Loads a directory.
   *
   * @param options of a GPT-2; those of other models are the standard
   */
  public static LoadedModel open(Path directory, Gpt2Options options, Device device) {
    long start = System.nanoTime();
    Notes notes = new Notes();
    SentenceTransformer sentence = SentenceTransformer.detect(directory, notes);
    Path root = sentence == null ? directory : sentence.transformer();
    try (Checkpoint checkpoint = Checkpoint.open(root)) {
      ObjectNode json = checkpoint.config();
      ExitTraining exits = Exits.take(json);
      Architecture architecture = architecture(root, json, sentence, options, notes);
      boolean lowerCase = sentence != null && sentence.texts().lowerCase();
      Tokenizer tokenizer = NonEmptyTokenizer.open(root, json, lowerCase, notes);
      CheckpointWeights weights = new CheckpointWeights(checkpoint);
      Model model = architecture.load(weights, device);
      if (exits != null) {
        model = ExitModel.read(model, exits, weights);
      }
      UnreadLayers.tell(checkpoint, model, notes);
      if (sentence != null) {
        tokenizer = sentence.texts().around(tokenizer);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      String revision = Snapshot.commitOf(directory).orElseGet(checkpoint::contentHash);
      return new LoadedModel(model, tokenizer, root, revision, seconds, notes.lines());
    }
  }

  /**
   * The architecture of a transformer's directory.
   *
   * @param json its configuration, modified
   * @param sentence what it is a part of, or null
   */
  static Architecture architecture(
      Path root, ObjectNode json, SentenceTransformer sentence, Gpt2Options options, Notes notes) {
    if (sentence != null && sentence.activation() != null) {
      json.putObject("sentence_transformers").put("activation_fn", sentence.activation());
    }
    return Architectures.of(
        root.resolve("config.json"),
        json,
        sentence == null ? null : sentence.encoding(),
        options,
        notes);
  }

  /**
   * What pins the weights of a directory, without loading them.
   *
   * @throws io.github.lrfbench.kernels.InputException if it cannot be read
   */
  public static String revision(Path directory) {
    return Snapshot.commitOf(directory)
        .orElseGet(
            () -> {
              SentenceTransformer sentence = SentenceTransformer.detect(directory, new Notes());
              Path root = sentence == null ? directory : sentence.transformer();
              try (Checkpoint checkpoint = Checkpoint.open(root)) {
                return checkpoint.contentHash();
              }
            });
  }

  /** Whether a directory is laid out as those of sentence-transformers are. */
  public static boolean isOfSentenceTransformers(Path directory) {
    return Files.isRegularFile(directory.resolve(SentenceTransformer.MODULES));
  }

  /** The same with the model's numbers in another type; takes this one's place. */
  public LoadedModel in(DType dtype) {
    if (dtype == DType.F32) {
      return this;
    }
    try (Model original = model) {
      return new LoadedModel(
          original.copy(dtype), tokenizer, transformer, revision, loadSeconds, notes);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
