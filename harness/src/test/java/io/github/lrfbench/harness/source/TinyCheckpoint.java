package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
   * Writes a GPT-2 whose tokens are single characters: a classifier of this many outputs, or a
   * language model for 0.
   */
  public static Path gpt2(Path directory, int labels) throws IOException {
    return new TinyCheckpoint("gpt2", labels).writeGpt2(directory);
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
