package io.github.lrfbench.harness.estimate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.ModelOutline;
import io.github.lrfbench.kernels.Device;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Models whose shapes are known by name: those of the papers (Devlin et al. 2019, Sanh et al. 2019,
 * Liu et al. 2019, Wang et al. 2020, Radford et al. 2019), with the vocabularies of the checkpoints
 * of the hub. Encoders are classifiers of two outputs, GPT-2 language models.
 */
enum KnownModel {
  BERT_BASE("bert", 30_522, 768, 12, 12, 512),
  BERT_LARGE("bert", 30_522, 1024, 24, 16, 512),
  ROBERTA_BASE("roberta", 50_265, 768, 12, 12, 514),
  ROBERTA_LARGE("roberta", 50_265, 1024, 24, 16, 514),
  MINILM_L6("bert", 30_522, 384, 6, 12, 512),
  DISTILBERT("distilbert", 30_522, 768, 6, 12, 512),
  GPT2("gpt2", 50_257, 768, 12, 12, 1024),
  GPT2_MEDIUM("gpt2", 50_257, 1024, 24, 16, 1024),
  GPT2_LARGE("gpt2", 50_257, 1280, 36, 20, 1024),
  GPT2_XL("gpt2", 50_257, 1600, 48, 25, 1024);

  private final String type;
  private final int vocabulary;
  private final int hidden;
  private final int layers;
  private final int heads;
  private final int positions;

  KnownModel(String type, int vocabulary, int hidden, int layers, int heads, int positions) {
    this.type = type;
    this.vocabulary = vocabulary;
    this.hidden = hidden;
    this.layers = layers;
    this.heads = heads;
    this.positions = positions;
  }

  /** What users call it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The names of all, for people. */
  static String labels() {
    return Arrays.stream(values()).map(KnownModel::label).collect(Collectors.joining(", "));
  }

  /** The model of a name, if there is one. */
  static Optional<KnownModel> of(String label) {
    return Arrays.stream(values()).filter(model -> model.label().equals(label)).findFirst();
  }

  /** The model with the shapes alone. */
  Model open(Gpt2Options options, Device device) {
    return ModelOutline.of(config(), options, device);
  }

  private ObjectNode config() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("model_type", type);
    json.put("vocab_size", vocabulary);
    switch (type) {
      case "gpt2" ->
          json.put("n_embd", hidden)
              .put("n_layer", layers)
              .put("n_head", heads)
              .put("n_positions", positions);
      case "distilbert" ->
          json.put("dim", hidden)
              .put("n_layers", layers)
              .put("n_heads", heads)
              .put("hidden_dim", 4 * hidden)
              .put("max_position_embeddings", positions);
      default ->
          json.put("hidden_size", hidden)
              .put("num_hidden_layers", layers)
              .put("num_attention_heads", heads)
              .put("intermediate_size", 4 * hidden)
              .put("max_position_embeddings", positions)
              .put("type_vocab_size", type.equals("roberta") ? 1 : 2);
    }
    return json;
  }
}
