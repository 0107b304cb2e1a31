package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd numbers in {@code config.json} are read or refused in one line that names the file. */
class ConfigNumbersTest {
  private static final String[] VALUES = {
    "0",
    "-1",
    "0.5",
    "1e300",
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    "16777216",
    "536870912",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "\"12\"",
    "\"\"",
    "true",
    "null",
    "[]",
    "[7]",
    "{}",
    "{\"0\":1}"
  };

  /** Keys that the small models do not have. */
  private static final List<String> MORE =
      List.of(
          "num_labels",
          "pad_token_id",
          "eos_token_id",
          "bos_token_id",
          "type_vocab_size",
          "layer_norm_eps",
          "layer_norm_epsilon",
          "initializer_range",
          "hidden_dropout_prob",
          "attention_probs_dropout_prob",
          "classifier_dropout",
          "dropout",
          "attention_dropout",
          "seq_classif_dropout",
          "embd_pdrop",
          "attn_pdrop",
          "resid_pdrop",
          "n_inner",
          "n_ctx",
          "is_decoder",
          "scale_attn_weights",
          "hidden_act",
          "model_type",
          "vocab_size",
          "label2id",
          "id2label",
          "architectures",
          "problem_type",
          "hidden_size",
          "num_hidden_layers",
          "tokenizer_class",
          "sentence_transformers",
          "position_embedding_type");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert", "gpt2"})
  void areReadOrRefused(String type) throws IOException {
    switch (type) {
      case "bert" -> TinyCheckpoint.bert(folder, 2);
      case "roberta" -> {
        TinyCheckpoint.roberta(folder, 2);
        Files.writeString(
            folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
      }
      case "distilbert" -> TinyCheckpoint.distilbert(folder, 2);
      default -> TinyCheckpoint.gpt2(folder, 2);
    }
    Path file = folder.resolve("config.json");
    ObjectNode config = JsonFile.read(file);
    Set<String> keys = new LinkedHashSet<>(MORE);
    config.properties().forEach(entry -> keys.add(entry.getKey()));
    int read = 0;
    int tried = 0;
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      for (String key : keys) {
        for (String value : VALUES) {
          String json = config.deepCopy().put(key, "HERE").toString();
          Files.writeString(file, json.replace("\"HERE\"", value));
          read += reads(device, key + ": " + value) ? 1 : 0;
          tried++;
        }
      }
    }
    assertTrue(read > tried / 20 && read < tried, read + " of " + tried + " were read");
  }

  private boolean reads(Device device, String what) {
    try (LoadedModel loaded = LoadedModel.open(folder, device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch =
          TokenBatch.of(
              scope,
              List.of(
                  loaded.tokenizer().encode("a good film", null, 9),
                  loaded.tokenizer().encode("", null, 9)),
              loaded.model().info());
      loaded.model().forward(ops, batch).toFloats();
      return true;
    } catch (InputException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().length() < 600, e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      return fail(what, e);
    }
  }
}
