package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.result.Provenance;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes model directories. Such a directory bears the mark {@code lrfbench} in its {@code
 * config.json}, with a hash of the weights; only directories with this mark and these weights are
 * ever overwritten, and in them only the files that this class writes.
 */
public final class CheckpointWriter {
  /** The key of {@code config.json} that is this program's own. */
  static final String MARK = "lrfbench";

  /** In the mark: what the weights were when they were written. */
  private static final String WEIGHTS_HASH = "weights_sha256";

  /** In the mark: that of a model that was itself written by this program, and changed further. */
  private static final String SOURCE_MARK = "source_block";

  /** What in the mark only belongs to the very weights beside it. */
  private static final List<String> OF_WEIGHTS = List.of("forms", "ranks");

  private static final String UNFINISHED_KEY = "unfinished";

  /** In the place of a model's configuration while its files are moved. */
  private static final String UNFINISHED =
      "lrfbench was ended while it wrote this directory; give the same command again";

  /**
   * What a model directory holds beside configuration and weights, and a compressed model keeps.
   */
  private static final List<String> COMPANIONS =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.txt",
          "vocab.json",
          "merges.txt",
          "encoder.json",
          "vocab.bpe",
          "generation_config.json");

  /** What the transformer of a sentence encoder has beside these. */
  private static final List<String> SENTENCE_COMPANIONS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  /** The log of a training, which is in the directory before the model is. */
  public static final String TRAINING_LOG = "training.csv";

  /** Where a training that is not over keeps its state, in the directory of the model to be. */
  public static final String TRAINING_STATE = Stage.PREFIX + "training";

  private CheckpointWriter() {}

  /**
   * Checks, before the work that leads to it, that {@link #write} will find a place: an absent or
   * empty directory, or one that this class wrote.
   *
   * @throws InputException if it will not
   */
  public static void requireWritable(Path target) {
    Path existing = target.toAbsolutePath().normalize();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw Faults.of(existing, "is a file, not a directory to write to");
    }
    if (!Files.isWritable(existing)) {
      throw Faults.of(existing, "cannot be written to");
    }
    if (Files.isDirectory(target) && !isEmpty(target) && !isOurs(target)) {
      throw Faults.of(target, "is not empty and holds no model that lrfbench wrote; left as it is");
    }
  }

  /**
   * Whether a directory holds a model, or what is left of one. What a kill left of one that was
   * being written is none: that is written again.
   */
  public static boolean holdsModel(Path target) {
    Path config = target.resolve(Checkpoint.CONFIG);
    try {
      return Files.isRegularFile(config) && !JsonFile.read(config).path(MARK).has(UNFINISHED_KEY);
    } catch (InputException e) {
      return true;
    }
  }

  /** Writes a model directory that is no sentence encoder's; see the other method. */
  public static void write(Path target, ObjectNode config, SafetensorsWriter weights, Path source) {
    write(target, config, weights, source, null);
  }

  /**
   * Writes a model directory. On failure nothing new is left behind; a model that was there before
   * goes when the new one is complete on disk, not earlier.
   *
   * @param target the directory, made if it is absent
   * @param config what {@code config.json} shall hold; not modified
   * @param weights the tensors
   * @param source the directory whose tokenizer is copied
   * @param layout the directory of sentence-transformers whose modules are copied as well, which
   *     the source is or lies in; null for none
   * @throws InputException if the directory is someone else's or cannot be written
   */
  public static void write(
      Path target, ObjectNode config, SafetensorsWriter weights, Path source, Path layout) {
    requireWritable(target);
    try (Stage stage = Stage.open(target)) {
      Path written = stage.resolve(OwnForms.weights(config));
      weights.write(written);
      copy(COMPANIONS, source, stage);
      if (layout != null) {
        copy(SENTENCE_COMPANIONS, source, stage);
        SentenceLayout.copy(layout, stage);
      }
      ObjectNode marked = config.deepCopy();
      ObjectNode block = marked.withObjectProperty(MARK);
      tellProgram(block);
      block.put(WEIGHTS_HASH, ContentHash.of(List.of(written)));
      writeConfig(marked, stage.resolve(Checkpoint.CONFIG));
      publish(stage, target);
      stage.done();
    } catch (IOException e) {
      throw Faults.cannotWrite(target, e);
    }
  }

  /**
   * What {@code config.json} shall hold beside new weights in F32.
   *
   * @param source the configuration that the weights were made with; not modified
   * @param written names of the tensors that are written anew
   * @param block what it shall tell of how, under the key {@code lrfbench}
   * @param whole whether other programs know the forms of all matrices; they shall not take the
   *     directory for one of theirs where they do not
   */
  public static ObjectNode config(
      ObjectNode source, Set<String> written, ObjectNode block, boolean whole) {
    ObjectNode config = source.deepCopy();
    for (String key : List.of("dtype", "torch_dtype")) {
      if (config.has(key)) {
        config.put(key, "float32");
      }
    }
    // A head that is not, or no longer, the word embedding.
    if (written.stream().anyMatch(name -> name.startsWith("lm_head."))) {
      config.put("tie_word_embeddings", false);
    }
    ObjectNode told = block.deepCopy();
    if (source.path(MARK).isObject() && !source.path(MARK).isEmpty()) {
      ObjectNode before = source.path(MARK).deepCopy();
      told.set(SOURCE_MARK, before.remove(OF_WEIGHTS));
    }
    config.set(MARK, told);
    if (!whole) {
      OwnForms.mark(config);
    }
    return config;
  }

  /** Puts down which program wrote a directory. */
  public static void tellProgram(ObjectNode block) {
    Provenance program = Provenance.current();
    block.put("version", program.version());
    if (program.gitCommit() != null) {
      block.put("git_commit", program.gitCommit());
    }
  }

  /**
   * Refuses what stands in a directory that was not written to its end.
   *
   * @throws InputException if this is it
   */
  public static void requireFinished(JsonNode config) {
    if (config.path(MARK).has(UNFINISHED_KEY)) {
      throw new InputException(Checkpoint.CONFIG + ": " + UNFINISHED);
    }
  }

  /**
   * What the mark of a model directory tells of how its weights came to be; empty if it has none,
   * or if they are others now, as after a training by a program that keeps keys that it does not
   * know.
   *
   * @throws InputException if the directory is not a model's
   */
  public static Optional<JsonNode> markOf(Path directory) {
    JsonNode config = JsonFile.read(directory.resolve(Checkpoint.CONFIG));
    return isAsWritten(directory, config) ? Optional.of(config.path(MARK)) : Optional.empty();
  }

  /** Whether there is a mark, and beside it the weights that it was written with. */
  private static boolean isAsWritten(Path directory, JsonNode config) {
    JsonNode mark = config.path(MARK);
    // Directories of earlier versions do not tell the hash.
    if (!mark.has(WEIGHTS_HASH)) {
      return mark.isObject();
    }
    Path weights = directory.resolve(OwnForms.weights(config));
    return Files.isRegularFile(weights)
        && ContentHash.of(List.of(weights)).equals(mark.path(WEIGHTS_HASH).asText());
  }

  private static boolean isEmpty(Path directory) {
    Set<String> log = Set.of(TRAINING_LOG, "." + TRAINING_LOG + ".lock");
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .allMatch(name -> name.startsWith(Stage.PREFIX) || log.contains(name));
    } catch (IOException e) {
      throw Faults.of(directory, e);
    }
  }

  private static boolean isOurs(Path directory) {
    // A kill may leave a training's directory without its configuration.
    if (Files.isDirectory(directory.resolve(TRAINING_STATE))) {
      return true;
    }
    Path config = directory.resolve(Checkpoint.CONFIG);
    try {
      return Files.isRegularFile(config) && isAsWritten(directory, JsonFile.read(config));
    } catch (InputException e) {
      return false;
    }
  }

  private static void copy(List<String> names, Path source, Stage stage) throws IOException {
    for (String name : names) {
      if (Files.isRegularFile(source.resolve(name))) {
        stage.copy(source.resolve(name), name);
      }
    }
  }

  /**
   * What there may be beside configuration and weights in a directory that this class wrote, the
   * file first that tells of others.
   */
  private static List<String> companions(Path directory) throws IOException {
    List<String> names = new ArrayList<>(List.of(SentenceLayout.MODULES));
    names.addAll(SentenceLayout.files(directory));
    names.addAll(SENTENCE_COMPANIONS);
    names.addAll(COMPANIONS);
    return names;
  }

  private static void writeConfig(ObjectNode config, Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Files.writeString(
        file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
  }

  /**
   * Moves the new files to their place. Ended anywhere, it leaves the earlier model, the new one or
   * a directory that is known as ours and that no reader takes for a model.
   */
  private static void publish(Stage stage, Path target) throws IOException {
    Path config = target.resolve(Checkpoint.CONFIG);
    Path unfinished = stage.resolve("unfinished.json");
    ObjectNode mark = JsonNodeFactory.instance.objectNode();
    mark.putObject(MARK).put(UNFINISHED_KEY, UNFINISHED);
    writeConfig(mark, unfinished);
    Files.move(unfinished, config, StandardCopyOption.ATOMIC_MOVE);
    try {
      clear(target);
      move(stage, target);
      Files.move(stage.resolve(Checkpoint.CONFIG), config, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      clear(target);
      Files.deleteIfExists(config);
      throw e;
    }
  }

  /** Removes all of an earlier model but its configuration. */
  private static void clear(Path target) throws IOException {
    Files.deleteIfExists(target.resolve(Checkpoint.WEIGHTS));
    Files.deleteIfExists(target.resolve(OwnForms.WEIGHTS));
    List<String> names = companions(target);
    Collections.reverse(names);
    for (String name : names) {
      Path file = target.resolve(name);
      if (Files.deleteIfExists(file)) {
        for (Path at = file.getParent(); !at.equals(target); at = at.getParent()) {
          Stage.deleteIfEmpty(at);
        }
      }
    }
  }

  private static void move(Stage stage, Path target) throws IOException {
    for (String name : companions(stage.resolve(""))) {
      if (Files.exists(stage.resolve(name))) {
        Files.createDirectories(target.resolve(name).getParent());
        Files.move(stage.resolve(name), target.resolve(name));
      }
    }
    boolean own = Files.exists(stage.resolve(OwnForms.WEIGHTS));
    String weights = own ? OwnForms.WEIGHTS : Checkpoint.WEIGHTS;
    Files.move(stage.resolve(weights), target.resolve(weights));
  }
}
