package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that change logits, against those of transformers 5.24. */
class ConfiguredLogitsTest {
  private static final int[] LONG = {2, 5, 8, 9, 3};
  private static final int[] SHORT = {2, 7, 3};

  @TempDir private Path folder;

  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  private void requireBert(String settings, int[][] ids, double... logits) throws IOException {
    require(TinyCheckpoint.bert(folder, 2), settings, ids, logits);
  }

  private void requireGpt2(String settings, int[][] ids, double... logits) throws IOException {
    require(TinyCheckpoint.gpt2(folder, 2), settings, ids, logits);
  }

  private void require(Path directory, String settings, int[][] ids, double... logits)
      throws IOException {
    TinyModels.set(directory, settings);
    float[] expected = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      expected[i] = (float) logits[i];
    }
    assertArrayEquals(expected, TinyModels.outputs(device, directory, null, ids), 3e-6f, settings);
  }

  @Test
  void aDecoderSeesNoLaterTokens() throws IOException {
    int[][] both = {LONG, SHORT};
    requireBert("{}", both, 0.174255, -0.953643, 0.178618, -0.971745);
    String decoder = "{\"is_decoder\": true}";
    requireBert(decoder, both, 0.165026, -0.939910, 0.165026, -0.939910);
    Path roberta = TinyCheckpoint.roberta(folder.resolve("roberta"), 2);
    require(roberta, decoder, both, 0.161945, -0.922042, 0.161945, -0.922042);
    // Transformers does not look at it in a DistilBERT.
    Path distilbert = TinyCheckpoint.distilbert(folder.resolve("distilbert"), 2);
    require(distilbert, decoder, both, 0.141778, 0.762077, 0.153156, 0.751492);
    require(distilbert, "{\"layer_norm_eps\": 0.5}", new int[][] {LONG}, 0.141778, 0.762077);
    require(distilbert, "{\"num_attention_heads\": 6}", new int[][] {LONG}, 0.140931, 0.763155);
  }

  @Test
  void activationsAreThoseOfTheirNames() throws IOException {
    int[][] one = {LONG};
    requireBert("{\"hidden_act\": \"gelu_python\"}", one, 0.174255, -0.953643);
    requireBert("{\"hidden_act\": \"gelu_fast\"}", one, 0.174274, -0.953682);
    requireBert("{\"hidden_act\": \"gelu_accurate\"}", one, 0.174274, -0.953683);
    requireBert("{\"hidden_act\": \"tanh\"}", one, 0.241660, -1.047357);
    requireBert("{\"hidden_act\": \"relu\"}", one, 0.114981, -0.914210);
    requireBert("{\"hidden_act\": \"linear\"}", one, 0.236380, -1.075308);
    requireBert("{\"layer_norm_eps\": 0.5}", one, 0.148148, -0.846882);
    requireBert("{\"num_hidden_layers\": 1}", one, -0.178619, 0.609985);
  }

  @Test
  void aRobertaDoesNotCountItsPaddingWhereverItStands() throws IOException {
    Path directory = TinyCheckpoint.roberta(folder, 2);
    int[][] both = {LONG, SHORT};
    require(directory, "{}", both, 0.171105, -0.926806, 0.171664, -0.941535);
    require(directory, "{\"pad_token_id\": 2}", both, 0.171105, -0.926806, 0.171664, -0.941535);
    require(directory, "{\"pad_token_id\": 8}", both, 0.174446, -0.926620, 0.171861, -0.949725);
    int[][] padded = {{2, 0, 5, 0, 0, 3}, SHORT};
    require(directory, "{\"pad_token_id\": 0}", padded, 0.171730, -0.884498, 0.173341, -0.934025);
  }

  @Test
  void aGpt2ClassifiesTheLastTokenThatIsNoPadding() throws IOException {
    int[][] texts = {{1, 21, 5}, {3, 4, 21, 21}, {21, 21}, {5, 6}};
    requireGpt2(
        "{}", texts, 0.495697, -0.365412, 0.455182, -0.035550, 0.208841, -0.292726, 0.399459,
        -0.088298);
    requireGpt2(
        "{\"pad_token_id\": 5}",
        new int[][] {{1, 21, 5}, {3, 4}},
        0.418866,
        -0.217311,
        0.455182,
        -0.035551);
    requireGpt2("{\"pad_token_id\": null}", new int[][] {{1, 21, 21}}, 0.403885, -0.313727);
  }

  @Test
  void gpt2sAttentionIsScaledAsAsked() throws IOException {
    int[][] one = {{1, 2, 3}};
    requireGpt2("{\"num_attention_heads\": 6}", one, 0.509267, -0.133888);
    requireGpt2("{\"scale_attn_weights\": false}", one, 0.512730, -0.134947);
    requireGpt2("{\"scale_attn_by_inverse_layer_idx\": true}", one, 0.507842, -0.128952);
    requireGpt2("{\"reorder_and_upcast_attn\": true}", one, 0.509357, -0.129985);
  }

  @Test
  void aHeadOfAnotherKindIsNotScored() throws IOException {
    for (String name : List.of("BertForMultipleChoice", "BertForTokenClassification")) {
      Path directory = TinyCheckpoint.bert(folder, 2);
      TinyModels.set(directory, "{\"architectures\": [\"" + name + "\"]}");
      InputException refused =
          assertThrows(InputException.class, () -> LoadedModel.open(directory, device));
      assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }
  }

  @Test
  void layersBeyondTheConfigurationsAreTold() throws IOException {
    Path directory = TinyCheckpoint.bert(folder, 2);
    TinyModels.set(directory, "{\"num_hidden_layers\": 1}");
    try (LoadedModel loaded = LoadedModel.open(directory, device)) {
      assertTrue(
          loaded.notes().stream().anyMatch(line -> line.contains("counts 1 layers")),
          loaded.notes().toString());
    }
  }

  @Test
  void tokenTypesBeyondTheTableAreRefused() throws IOException {
    try (LoadedModel loaded = LoadedModel.open(TinyCheckpoint.bert(folder, 2), device);
        Scope scope = device.openScope()) {
      List<TokenSequence> texts = List.of(new TokenSequence(SHORT, new int[] {0, 1, 2}));
      InputException refused =
          assertThrows(
              InputException.class, () -> TokenBatch.of(scope, texts, loaded.model().info()));
      assertEquals(
          "the tokenizer gives the token type 2, but config.json's 'type_vocab_size' is 2",
          refused.getMessage());
    }
  }
}
