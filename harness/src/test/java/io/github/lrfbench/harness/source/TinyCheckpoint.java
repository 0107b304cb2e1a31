package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A model directory of a few thousand random weights with a tokenizer of a few words, for tests.
 */
public final class TinyCheckpoint {
  private static final String[] WORDS = {
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "bad", "film", "not", "very", "plot",
    ".", "##s", "the"
  };

  private final Map<String, Shape> tensors = new LinkedHashMap<>();
  private final String modelType;
  private final int labels;

  private TinyCheckpoint(String modelType, int labels) {
    this.modelType = modelType;
    this.labels = labels;
  }

  /** Writes a BERT with a classifier of this many outputs. */
  public static Path bert(Path directory, int labels) throws IOException {
    return new TinyCheckpoint("bert", labels).write(directory, "bert.");
  }

  /** Writes a DistilBERT. */
  public static Path distilbert(Path directory, int labels) throws IOException {
    return new TinyCheckpoint("distilbert", labels).write(directory, "distilbert.");
  }

  /** Writes a RoBERTa with BERT's tokenizer. */
  public static Path roberta(Path directory, int labels) throws IOException {
    return new TinyCheckpoint("roberta", labels).write(directory, "roberta.");
  }

  /**
   * Writes an ALBERT with a classifier of two outputs and a tokenizer of a few pieces.
   *
   * @param layers that are run
   * @param groups of layers that share their blocks
   * @param inner blocks of a layer
   */
  public static Path albert(Path directory, int layers, int groups, int inner) throws IOException {
    return new TinyCheckpoint("albert", 2).writeAlbert(directory, layers, groups, inner);
  }

  private Path writeAlbert(Path directory, int layers, int groups, int inner) throws IOException {
    Files.createDirectories(directory);
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode tokenizer = mapper.createObjectNode().put("version", "1.0");
    for (String name : new String[] {"truncation", "padding", "post_processor"}) {
      tokenizer.putNull(name);
    }
    tokenizer.putArray("added_tokens");
    tokenizer.putObject("normalizer").put("type", "Lowercase");
    for (String name : new String[] {"pre_tokenizer", "decoder"}) {
      tokenizer
          .putObject(name)
          .put("type", "Metaspace")
          .put("replacement", "\u2581")
          .put("prepend_scheme", "always")
          .put("split", true);
    }
    ObjectNode model = tokenizer.putObject("model").put("type", "Unigram").put("unk_id", 1);
    ArrayNode vocabulary = model.putArray("vocab");
    String pieces =
        "<pad> <unk> [CLS] [SEP] [MASK] _ _a _good _bad _film s _not _very _plot . _the e o d go l m"
            + " f i \"";
    int number = 0;
    for (String piece : pieces.split(" ")) {
      double score = number < 5 ? 0 : -1 - 0.37 * (number % 7) - number / 8;
      vocabulary.addArray().add(piece.replace('_', '\u2581')).add(score);
      number++;
    }
    Files.writeString(directory.resolve("tokenizer.json"), tokenizer.toString());
    ObjectNode config = mapper.createObjectNode().put("model_type", modelType);
    config.put("vocab_size", number).put("embedding_size", 8).put("hidden_size", 12);
    config.put("num_hidden_layers", layers).put("num_hidden_groups", groups);
    config.put("inner_group_num", inner).put("num_attention_heads", 3);
    config.put("intermediate_size", 20).put("max_position_embeddings", 24);
    Files.writeString(directory.resolve("config.json"), config.toString());
    String embeddings = "albert.embeddings.";
    tensors.put(embeddings + "word_embeddings.weight", Shape.of(number, 8));
    tensors.put(embeddings + "position_embeddings.weight", Shape.of(24, 8));
    tensors.put(embeddings + "token_type_embeddings.weight", Shape.of(2, 8));
    norm(embeddings + "LayerNorm", 8);
    linear("albert.encoder.embedding_hidden_mapping_in", 12, 8);
    for (int block = 0; block < groups * inner; block++) {
      String path =
          "albert.encoder.albert_layer_groups."
              + block / inner
              + ".albert_layers."
              + block % inner
              + ".";
      for (String name : new String[] {"query", "key", "value", "dense"}) {
        linear(path + "attention." + name, 12, 12);
      }
      norm(path + "attention.LayerNorm", 12);
      linear(path + "ffn", 20, 12);
      linear(path + "ffn_output", 12, 20);
      norm(path + "full_layer_layer_norm", 12);
    }
    linear("albert.pooler", 12, 12);
    linear("classifier", labels, 12);
    writeTensors(directory);
    return directory;
  }

  /**
   * Writes a GPT-2 whose tokens are single characters: a classifier of this many outputs, or a
   * language model for 0.
   */
  public static Path gpt2(Path directory, int labels) throws IOException {
    return new TinyCheckpoint("gpt2", labels).writeGpt2(directory);
  }

  /**
   * Gives a written model more words than its tokenizer has, so that its table is most of it.
   *
   * @param words of the table
   * @param rank of the rows of all tables of embeddings together
   */
  public static Path withWords(Path directory, int words, int rank) throws IOException {
    Path file = directory.resolve("model.safetensors");
    Path changed = directory.resolve("changed.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter();
    SplittableRandom random = new SplittableRandom(11);
    Map<Long, float[]> directions = new HashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      for (String name : checkpoint.names()) {
        Shape old = checkpoint.shape(name);
        if (!name.matches(".*(_embeddings|wte|wpe)\\.weight")) {
          writer.add(name, old, () -> checkpoint.readFloats(name));
          continue;
        }
        boolean ofWords = name.matches(".*(word_embeddings|wte)\\.weight");
        Shape shape = Shape.of(ofWords ? words : old.dim(0), old.dim(1));
        int width = (int) shape.dim(1);
        float[] basis =
            directions.computeIfAbsent(
                shape.dim(1), missing -> values(name, Shape.of(rank, width), random));
        writer.add(name, shape, () -> mixed(name, shape, basis, rank, random));
      }
      writer.write(changed);
    }
    Files.move(changed, file, StandardCopyOption.REPLACE_EXISTING);
    Path config = directory.resolve("config.json");
    ObjectNode known = (ObjectNode) new ObjectMapper().readTree(config.toFile());
    Files.writeString(config, known.put("vocab_size", words).toString());
    return directory;
  }

  private static float[] mixed(
      String name, Shape shape, float[] basis, int rank, SplittableRandom random) {
    int rows = (int) shape.dim(0);
    int width = (int) shape.dim(1);
    float[] shares = values(name, Shape.of(rows, rank), random);
    float[] mixed = new float[rows * width];
    for (int i = 0; i < mixed.length; i++) {
      for (int k = 0; k < rank; k++) {
        mixed[i] += shares[i / width * rank + k] * basis[k * width + i % width];
      }
    }
    return mixed;
  }

  private Path writeGpt2(Path directory) throws IOException {
    Files.createDirectories(directory);
    ObjectNode vocabulary = new ObjectMapper().createObjectNode();
    for (String token : "Ġ . a b c d e f g h i l m n o p r t v w y".split(" ")) {
      vocabulary.put(token, vocabulary.size());
    }
    int end = vocabulary.size();
    vocabulary.put("<|endoftext|>", end);
    Files.writeString(directory.resolve("vocab.json"), vocabulary.toString());
    Files.writeString(directory.resolve("merges.txt"), "#version: 0.2\n");
    ObjectNode config = new ObjectMapper().createObjectNode();
    config.put("model_type", modelType).put("vocab_size", end + 1).put("n_positions", 48);
    config.put("n_embd", 12).put("n_layer", 2).put("n_head", 3).put("n_inner", 20);
    config.put("eos_token_id", end).put("bos_token_id", end);
    if (labels > 0) {
      config.put("pad_token_id", end);
      ObjectNode names = config.putObject("id2label");
      for (int i = 0; i < labels; i++) {
        names.put(Integer.toString(i), "LABEL_" + i);
      }
      tensors.put("score.weight", Shape.of(labels, 12));
    }
    Files.writeString(directory.resolve("config.json"), config.toString());
    tensors.put("transformer.wte.weight", Shape.of(end + 1, 12));
    tensors.put("transformer.wpe.weight", Shape.of(48, 12));
    for (int layer = 0; layer < 2; layer++) {
      String path = "transformer.h." + layer + ".";
      norm(path + "ln_1", 12);
      norm(path + "ln_2", 12);
      // Conv1D's matrices are stored as [inputs, outputs].
      conv1d(path + "attn.c_attn", 12, 36);
      conv1d(path + "attn.c_proj", 12, 12);
      conv1d(path + "mlp.c_fc", 12, 20);
      conv1d(path + "mlp.c_proj", 20, 12);
    }
    norm("transformer.ln_f", 12);
    writeTensors(directory);
    return directory;
  }

  private void conv1d(String name, int inputs, int outputs) {
    tensors.put(name + ".weight", Shape.of(inputs, outputs));
    tensors.put(name + ".bias", Shape.of(outputs));
  }

  private Path write(Path directory, String prefix) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("vocab.txt"), String.join("\n", WORDS) + "\n");
    ObjectNode config = config();
    Files.writeString(directory.resolve("config.json"), config.toString());
    addTensors(prefix, config);
    writeTensors(directory);
    return directory;
  }

  private void writeTensors(Path directory) {
    SafetensorsWriter writer = new SafetensorsWriter();
    SplittableRandom random = new SplittableRandom(3);
    tensors.forEach((name, shape) -> writer.add(name, shape, () -> values(name, shape, random)));
    writer.write(directory.resolve("model.safetensors"));
  }

  private ObjectNode config() {
    ObjectNode config = new ObjectMapper().createObjectNode();
    boolean distil = modelType.equals("distilbert");
    config
        .put("model_type", modelType)
        .put("vocab_size", WORDS.length)
        .put("max_position_embeddings", 24);
    config
        .put(distil ? "dim" : "hidden_size", 12)
        .put(distil ? "n_layers" : "num_hidden_layers", 2);
    config
        .put(distil ? "n_heads" : "num_attention_heads", 3)
        .put(distil ? "hidden_dim" : "intermediate_size", 20);
    ObjectNode names = config.putObject("id2label");
    for (int i = 0; i < labels; i++) {
      names.put(Integer.toString(i), "LABEL_" + i);
    }
    return config;
  }

  private void addTensors(String prefix, ObjectNode config) {
    EncoderConfig parsed = EncoderConfig.parse(config);
    int h = parsed.hidden();
    boolean distil = modelType.equals("distilbert");
    tensors.put(prefix + "embeddings.word_embeddings.weight", Shape.of(parsed.vocabulary(), h));
    tensors.put(prefix + "embeddings.position_embeddings.weight", Shape.of(parsed.positions(), h));
    if (!distil) {
      tensors.put(prefix + "embeddings.token_type_embeddings.weight", Shape.of(parsed.types(), h));
    }
    norm(prefix + "embeddings.LayerNorm", h);
    for (int layer = 0; layer < parsed.layers(); layer++) {
      addBlock(
          prefix + (distil ? "transformer.layer." : "encoder.layer.") + layer + ".",
          distil,
          h,
          parsed.intermediate());
    }
    boolean roberta = modelType.equals("roberta");
    linear(
        distil ? "pre_classifier" : roberta ? "classifier.dense" : prefix + "pooler.dense", h, h);
    linear(roberta ? "classifier.out_proj" : "classifier", labels, h);
  }

  private void addBlock(String path, boolean distil, int h, int wide) {
    String[] attention =
        distil
            ? new String[] {
              "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"
            }
            : new String[] {
              "attention.self.query",
              "attention.self.key",
              "attention.self.value",
              "attention.output.dense"
            };
    for (String name : attention) {
      linear(path + name, h, h);
    }
    norm(path + (distil ? "sa_layer_norm" : "attention.output.LayerNorm"), h);
    linear(path + (distil ? "ffn.lin1" : "intermediate.dense"), wide, h);
    linear(path + (distil ? "ffn.lin2" : "output.dense"), h, wide);
    norm(path + (distil ? "output_layer_norm" : "output.LayerNorm"), h);
  }

  private void linear(String name, int outputs, int inputs) {
    tensors.put(name + ".weight", Shape.of(outputs, inputs));
    tensors.put(name + ".bias", Shape.of(outputs));
  }

  private void norm(String name, int width) {
    tensors.put(name + ".weight", Shape.of(width));
    tensors.put(name + ".bias", Shape.of(width));
  }

  private static float[] values(String name, Shape shape, SplittableRandom random) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * 0.3);
    }
    return values;
  }
}
