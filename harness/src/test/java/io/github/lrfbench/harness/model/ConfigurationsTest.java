package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationsTest {
  private static final Path FILE = Path.of("some", "config.json");

  private static final Map<String, String> PLAIN =
      Map.of(
          "bert",
          "{'model_type': 'bert', 'vocab_size': 20, 'hidden_size': 12, 'num_hidden_layers': 2,"
              + " 'num_attention_heads': 3, 'intermediate_size': 20,"
              + " 'max_position_embeddings': 24}",
          "distilbert",
          "{'model_type': 'distilbert', 'vocab_size': 20, 'dim': 12, 'n_layers': 2, 'n_heads': 3,"
              + " 'hidden_dim': 20, 'max_position_embeddings': 24}",
          "gpt2",
          "{'model_type': 'gpt2', 'vocab_size': 20, 'n_embd': 12, 'n_layer': 2, 'n_head': 3,"
              + " 'n_positions': 24}");

  private static ObjectNode json(String type) throws IOException {
    String plain = PLAIN.get(type.equals("roberta") ? "bert" : type);
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(plain.replace('\'', '"'));
    return json.put("model_type", type);
  }

  private static Record parse(ObjectNode json, Notes notes) {
    return json.path("model_type").asText().equals("gpt2")
        ? Gpt2Config.parse(FILE, json, notes)
        : EncoderConfig.parse(FILE, json, notes);
  }

  private static Record parse(String type, String key, String value, Notes notes)
      throws IOException {
    ObjectNode json = json(type);
    json.set(key, new ObjectMapper().readTree(value.replace('`', '"')));
    return parse(json, notes);
  }

  @ParameterizedTest
  @CsvSource({
    "is_encoder_decoder, true",
    "add_cross_attention, true",
    "quantization_config, {`quant_method`: `gptq`}",
    "compression_config, {`a`: 1}",
    "pruned_heads, {`0`: [1]}",
    "per_layer_config, {`0`: {}}",
    "rope_parameters, {`a`: 1}",
    "rope_scaling, {`a`: 1}",
    "rope_theta, 10000",
    "problem_type, `ranking`",
    "num_labels, 2147483648",
    "num_labels, 0",
    "vocab_size, -1",
    "vocab_size, 1099511627776",
    "vocab_size, 20.5",
    "vocab_size, `20`",
    "vocab_size, null",
    "sbert_ce_default_activation_function, `torch.nn.modules.activation.Mish`",
    "sbert_ce_default_activation_function, `mine.Sigmoid`",
    "sentence_transformers, {`activation_fn`: `torch.nn.modules.activation.Softmax`}",
    "sentence_transformers, 4",
  })
  void whatNoModelCanDoIsRefusedInOneLine(String key, String value) {
    for (String type : List.of("bert", "roberta", "distilbert", "gpt2")) {
      requireRefused(type, key, value);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert, position_embedding_type, `relative_key`",
    "roberta, position_embedding_type, `relative_key_query`",
    "bert, type_vocab_size, -1",
    "bert, type_vocab_size, 0",
    "bert, type_vocab_size, 9223372036854775807",
    "bert, hidden_size, 536870912",
    "bert, hidden_size, 13",
    "bert, num_hidden_layers, 2.5",
    "bert, num_attention_heads, 0",
    "bert, intermediate_size, 99999999999",
    "bert, layer_norm_eps, `1e-12`",
    "bert, layer_norm_eps, -1",
    "bert, layer_norm_eps, 1e400",
    "bert, hidden_act, `silu`",
    "bert, hidden_act, `gelu_10`",
    "bert, hidden_act, 3",
    "bert, is_decoder, `true`",
    "bert, is_decoder, 1",
    "bert, pad_token_id, `1`",
    "distilbert, pad_token_id, 0.5",
    "bert, hidden_dropout_prob, 1.5",
    "bert, classifier_dropout, `x`",
    "roberta, pad_token_id, null",
    "roberta, pad_token_id, -1",
    "roberta, pad_token_id, `1`",
    "roberta, pad_token_id, 23",
    "distilbert, activation, `quick_gelu`",
    "distilbert, dim, 536870912",
    "distilbert, n_heads, 5",
    "distilbert, hidden_size, 16",
    "distilbert, n_layers, 2147483648",
    "distilbert, seq_classif_dropout, -0.1",
    "gpt2, activation_function, `swish`",
    "gpt2, n_embd, 536870912",
    "gpt2, n_inner, 0",
    "gpt2, n_head, 5",
    "gpt2, n_positions, `24`",
    "gpt2, layer_norm_epsilon, `x`",
    "gpt2, scale_attn_weights, `no`",
    "gpt2, scale_attn_by_inverse_layer_idx, 0",
    "gpt2, tie_word_embeddings, `false`",
    "gpt2, pad_token_id, `3`",
    "gpt2, pad_token_id, 2.5",
    "gpt2, num_attention_heads, 5",
  })
  void whatAModelCannotDoIsRefusedInOneLine(String type, String key, String value) {
    requireRefused(type, key, value);
  }

  private static void requireRefused(String type, String key, String value) {
    InputException refused =
        assertThrows(InputException.class, () -> parse(type, key, value, new Notes()));
    String message = refused.getMessage();
    assertTrue(message.startsWith(FILE + ": "), message);
    assertEquals(1, message.lines().count());
    String alias = key.equals("hidden_size") ? "hidden size" : key;
    assertTrue(message.contains(key) || message.contains(alias) || message.contains("n_head"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "bert | {`new_key`: 1} | passes over the unknown key 'new_key'",
        "distilbert | {`layer_norm_eps`: 1} | passes over the unknown key 'layer_norm_eps'",
        "gpt2 | {`hidden_act`: `relu`} | passes over the unknown key 'hidden_act'",
        "bert | {`auto_map`: {`AutoModel`: `x.Y`}} | 'auto_map' names code",
        "bert | {`problem_type`: `multi_label_classification`} | the likeliest label",
      })
  void whatMayMatterIsTold(String type, String change, String told) throws IOException {
    Notes notes = new Notes();
    ObjectNode json = json(type);
    json.setAll((ObjectNode) new ObjectMapper().readTree(change.replace('`', '"')));
    parse(json, notes);
    assertEquals(1, notes.lines().size(), notes.lines().toString());
    assertTrue(notes.lines().get(0).contains(told), notes.lines().get(0));
  }

  @Test
  void whatChangesNothingIsNotTold() throws IOException {
    Notes notes = new Notes();
    for (String type : List.of("bert", "roberta", "distilbert", "gpt2")) {
      ObjectNode json = json(type);
      json.put("torch_dtype", "float16").put("chunk_size_feed_forward", 2).put("use_cache", false);
      json.put("initializer_range", 5).put("finetuning_task", "mnli").put("is_decoder", false);
      json.put("max_length", 3).put("_name_or_path", "x").putNull("quantization_config");
      json.putObject("pruned_heads");
      parse(json, notes);
    }
    assertEquals(List.of(), notes.lines());
  }

  @Test
  void otherNamesOfKeysCount() throws IOException {
    Notes notes = new Notes();
    assertEquals(6, ((Gpt2Config) parse("gpt2", "num_attention_heads", "6", notes)).heads());
    assertEquals(
        9, ((Gpt2Config) parse("gpt2", "max_position_embeddings", "9", notes)).positions());
    assertEquals(
        1, ((EncoderConfig) parse("distilbert", "num_hidden_layers", "1", notes)).layers());
    assertEquals(List.of(), notes.lines());
  }

  @Test
  void anActivationIsNamedBeforeTheLibrarysDefault() throws IOException {
    assertEquals(ScoreFunction.IDENTITY, score("{}"));
    assertEquals(
        ScoreFunction.SIGMOID,
        score("{`sbert_ce_default_activation_function`:`torch.nn.modules.activation.Sigmoid`}"));
    assertEquals(
        ScoreFunction.IDENTITY,
        score("{`sbert_ce_default_activation_function`:`torch.nn.modules.linear.Identity`}"));
    assertEquals(ScoreFunction.SIGMOID, score("{`sentence_transformers`:{`version`:`4.0`}}"));
    assertEquals(
        ScoreFunction.IDENTITY,
        score(
            "{`sentence_transformers`:{`activation_fn`:`torch.nn.modules.linear.Identity`},"
                + "`sbert_ce_default_activation_function`:`torch.nn.modules.activation.Sigmoid`}"));
  }

  private static ScoreFunction score(String change) throws IOException {
    ObjectNode json = json("bert");
    json.setAll((ObjectNode) new ObjectMapper().readTree(change.replace('`', '"')));
    return ((EncoderConfig) parse(json, new Notes())).score();
  }
}
