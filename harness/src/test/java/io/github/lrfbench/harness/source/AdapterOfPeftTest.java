package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Adapters of all kinds of LoRA give the logits that PEFT 0.21.2 computed of the same files,
 * attached and merged; others are refused.
 */
class AdapterOfPeftTest {
  private static final String BODY = "base_model.model.";
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query";
  private static final String KEY = "bert.encoder.layer.1.attention.self.key";
  private static final String TARGETS =
      "'target_modules': ['layer.0.attention.self.query', 'layer.1.attention.self.key'], ";
  private static final String CLASSIFIES = "'task_type': 'SEQ_CLS', " + TARGETS;
  private static final int[] IDS = {2, 5, 6, 8, 3};

  @TempDir private Path folder;
  private final Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  private final Notes notes = new Notes();
  private final Map<String, Shape> tensors = new LinkedHashMap<>();
  private final Map<String, float[]> given = new LinkedHashMap<>();

  @AfterEach
  void close() {
    device.close();
  }

  private Path model(String family) throws IOException {
    Path directory = folder.resolve(family);
    return switch (family) {
      case "bert" -> TinyCheckpoint.bert(directory, 2);
      case "distilbert" -> TinyCheckpoint.distilbert(directory, 2);
      default -> TinyCheckpoint.gpt2(directory, 2);
    };
  }

  private void factors(String module, int outputs, int inputs, int rank) {
    tensors.put(module + ".lora_A.weight", Shape.of(rank, inputs));
    tensors.put(module + ".lora_B.weight", Shape.of(outputs, rank));
  }

  private void whole(String module, int... shape) {
    tensors.put(module + ".weight", Shape.of(shape[0], shape[1]));
    if (shape.length > 2) {
      tensors.put(module + ".bias", Shape.of(shape[2]));
    }
  }

  /** Factors of two matrices, and a classifier. */
  private void usual(int rank) {
    factors(QUERY, 12, 12, rank);
    factors(KEY, 12, 12, rank);
    whole("classifier", 2, 12, 2);
  }

  /** Writes the adapter: random numbers, but for those that are given. */
  private Path write(String keys) throws IOException {
    Path adapter = Files.createDirectories(folder.resolve("adapter"));
    String json = "{'peft_type': 'LORA', " + keys + " 'inference_mode': true}";
    Files.writeString(adapter.resolve("adapter_config.json"), json.replace('\'', '"'));
    SafetensorsWriter writer = new SafetensorsWriter();
    SplittableRandom random = new SplittableRandom(5);
    tensors.forEach(
        (name, shape) -> {
          float[] values = new float[(int) shape.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.3);
          }
          writer.add(BODY + name, shape, () -> given.getOrDefault(name, values));
        });
    writer.write(adapter.resolve("adapter_model.safetensors"));
    return adapter;
  }

  private float[] logits(Model model) {
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenSequence text = new TokenSequence(IDS, new int[IDS.length]);
      return model.forward(ops, TokenBatch.of(scope, List.of(text))).toFloats();
    }
  }

  private float[] baseLogits(String family) throws IOException {
    try (LoadedModel loaded = LoadedModel.open(model(family), device)) {
      return logits(loaded.model());
    }
  }

  /** The logits of a model with the adapter, which are the same where it is merged. */
  private float[] adapted(String family, String keys) throws IOException {
    try (LoadedModel loaded = LoadedModel.open(model(family), device);
        LoraAdapter adapter = LoraAdapter.read(write(keys), loaded.model(), List.of(), notes);
        Model attached = adapter.attach();
        Model merged = adapter.merge()) {
      float[] logits = logits(attached);
      assertArrayEquals(logits, logits(merged), 2e-5f);
      return logits;
    }
  }

  private interface Content {
    void put(AdapterOfPeftTest test);
  }

  private static Arguments kind(
      String name, String family, String keys, Content content, double... logits) {
    return Arguments.argumentSet(name, name, family, keys, content, logits);
  }

  static Stream<Arguments> kinds() {
    String plain = CLASSIFIES + "'r': 3, 'lora_alpha': 5, ";
    String head = "'r': 3, 'lora_alpha': 5, 'target_modules': ";
    String h = "transformer.h.1.";
    List<Arguments> kinds = new ArrayList<>();
    kinds.add(kind("plain", "bert", plain, t -> t.usual(3), -0.182892, -0.018784));
    kinds.add(
        kind(
            "pissa",
            "bert",
            plain + "'init_lora_weights': 'pissa',",
            t -> t.usual(3),
            -0.185461,
            -0.017483));
    kinds.add(
        kind(
            "olora",
            "bert",
            plain + "'init_lora_weights': 'olora',",
            t -> t.usual(3),
            -0.185639,
            -0.016758));
    kinds.add(
        kind(
            "mica",
            "bert",
            plain + "'init_lora_weights': 'mica',",
            t -> t.usual(3),
            -0.182892,
            -0.018784));
    kinds.add(
        kind(
            "patterns",
            "bert",
            plain
                + "'use_rslora': true, 'rank_pattern': {'^bert.*': 2}, 'alpha_pattern': {'key': 7},",
            t -> t.usual(2),
            -0.41157,
            -0.747787));
    kinds.add(
        kind(
            "magnitudes",
            "bert",
            plain + "'use_dora': true,",
            t -> {
              t.usual(3);
              t.tensors.put(QUERY + ".lora_magnitude_vector", Shape.of(12));
              t.tensors.put(KEY + ".lora_magnitude_vector", Shape.of(12));
            },
            -0.185773,
            -0.016735));
    kinds.add(
        kind(
            "biases of factors",
            "bert",
            plain + "'lora_bias': true,",
            t -> {
              t.usual(3);
              t.tensors.put(QUERY + ".lora_B.bias", Shape.of(12));
              t.tensors.put(KEY + ".lora_B.bias", Shape.of(12));
            },
            -0.181751,
            -0.018649));
    kinds.add(
        kind(
            "biases",
            "bert",
            plain + "'bias': 'lora_only',",
            t -> {
              t.usual(3);
              t.tensors.put(QUERY + ".base_layer.bias", Shape.of(12));
              t.tensors.put(KEY + ".base_layer.bias", Shape.of(12));
            },
            -0.182696,
            -0.018575));
    kinds.add(
        kind(
            "names with the adapter's own",
            "bert",
            plain,
            t -> {
              t.factors(QUERY, 12, 12, 3);
              t.whole("classifier", 2, 12, 2);
              t.whole("classifier.original_module", 2, 12, 2);
              t.tensors.put(KEY + ".lora_A.default.weight", Shape.of(3, 12));
              t.tensors.put(KEY + ".lora_B.default.weight", Shape.of(12, 3));
            },
            -0.058765,
            -0.894939));
    kinds.add(
        kind(
            "pooler and classifier",
            "bert",
            head + "['pooler.dense', 'classifier'],",
            t -> {
              t.factors("bert.pooler.dense", 12, 12, 3);
              t.factors("classifier", 2, 12, 3);
            },
            -0.06439,
            -1.088343));
    kinds.add(
        kind(
            "whole matrices",
            "bert",
            plain + "'modules_to_save': ['pooler', 'value'],",
            t -> {
              t.usual(3);
              t.whole("bert.pooler.dense", 12, 12, 12);
              t.whole("bert.encoder.layer.0.attention.self.value", 12, 12, 12);
              t.whole("bert.encoder.layer.1.attention.self.value", 12, 12, 12);
            },
            0.413054,
            -0.037476));
    kinds.add(
        kind(
            "DistilBERT's head",
            "distilbert",
            head + "'(pre_)?classifier',",
            t -> {
              t.factors("pre_classifier", 12, 12, 3);
              t.factors("classifier", 2, 12, 3);
            },
            0.281302,
            0.647665));
    kinds.add(
        kind(
            "GPT-2's head",
            "gpt2",
            head + "['score', 'h.1.attn.c_attn'],",
            t -> {
              t.factors("score", 2, 12, 3);
              t.factors(h + "attn.c_attn", 36, 12, 3);
            },
            0.419423,
            -0.060126));
    kinds.add(
        kind(
            "GPT-2's matrices",
            "gpt2",
            head
                + "['h.1.attn.c_attn', 'h.1.mlp.c_proj'], 'use_dora': true,"
                + "'modules_to_save': ['h.1.mlp.c_fc'], 'init_lora_weights': 'pissa',",
            t -> {
              t.factors(h + "attn.c_attn", 36, 12, 3);
              t.factors(h + "mlp.c_proj", 12, 20, 3);
              t.tensors.put(h + "attn.c_attn.lora_magnitude_vector", Shape.of(36));
              t.tensors.put(h + "mlp.c_proj.lora_magnitude_vector", Shape.of(12));
              t.whole(h + "mlp.c_fc", 12, 20, 20);
            },
            0.190714,
            -0.074419));
    return kinds.stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void logitsAreThoseOfPeft(
      String name, String family, String keys, Content content, double[] expected)
      throws IOException {
    content.put(this);
    float[] logits = adapted(family, keys);
    for (int i = 0; i < logits.length; i++) {
      assertEquals(expected[i], logits[i], 1e-5);
    }
    assertEquals(List.of(), notes.lines());
  }

  @Test
  void theBeginningOfPissaIsTheModel() throws IOException {
    // At the full rank all of W is taken; these factors give it back.
    try (SafetensorsFile file = SafetensorsFile.open(model("bert").resolve("model.safetensors"))) {
      given.put(QUERY + ".lora_A.weight", file.readFloats(QUERY + ".weight"));
    }
    float[] identity = new float[144];
    for (int i = 0; i < 12; i++) {
      identity[13 * i] = 0.5f;
    }
    given.put(QUERY + ".lora_B.weight", identity);
    factors(QUERY, 12, 12, 12);
    String keys =
        "'r': 20, 'lora_alpha': 40, 'init_lora_weights': 'pissa', 'target_modules': ['0.attention.self.query'],";
    assertArrayEquals(baseLogits("bert"), adapted("bert", keys), 1e-5f);
  }

  @Test
  void aTargetWithoutFactorsStaysAsItIsAndIsNamed() throws IOException {
    String keys =
        "'r': 3, 'lora_alpha': 5, 'init_lora_weights': 'gaussian', 'target_modules': ['query'],";
    factors(QUERY, 12, 12, 3);
    given.put(QUERY + ".lora_B.weight", new float[36]);
    assertArrayEquals(baseLogits("bert"), adapted("bert", keys), 0f);
    assertEquals(1, notes.lines().size());
    assertTrue(notes.lines().get(0).contains("layer.1.attention.self.query"));
  }

  private String refusal(String family, String keys) {
    String message = assertThrows(InputException.class, () -> adapted(family, keys)).getMessage();
    assertTrue(message.contains("adapter_model.safetensors: "), message);
    assertTrue(!message.contains("\n"), message);
    return message;
  }

  @Test
  void whatTheFileLacksOrHasBeyondTheModelIsRefused() {
    String plain = CLASSIFIES + "'r': 3, 'lora_alpha': 5,";
    factors(QUERY, 12, 12, 3);
    factors(KEY, 12, 12, 3);
    assertTrue(refusal("bert", plain).contains("'classifier.weight'"));
    tensors.put("classifier.weight", Shape.of(2, 12));
    assertTrue(refusal("bert", plain).contains("classifier.bias' is missing"));
    tensors.put("classifier.bias", Shape.of(2));
    assertTrue(refusal("bert", plain.replace("1.attention", "2.attention")).contains("not target"));
    assertTrue(refusal("bert", plain.replace("'r': 3", "'r': 4")).contains("has shape"));
    assertTrue(refusal("distilbert", plain).contains("no place"));
    tensors.put("bert.embeddings.word_embeddings.lora_embedding_A", Shape.of(3, 15));
    assertTrue(refusal("bert", plain).contains("word_embeddings"));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void numbersThatAreNotFiniteAreRefused(float number) {
    usual(3);
    float[] values = new float[36];
    values[7] = number;
    given.put(QUERY + ".lora_A.weight", values);
    refusal("bert", CLASSIFIES + "'r': 3, 'lora_alpha': 5,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "'orthogonal'"})
  void factorsThatWouldBeDrawnAreNotLeftOut(String start) {
    factors(QUERY, 12, 12, 3);
    String keys = "'r': 3, 'lora_alpha': 5, 'target_modules': ['query'], 'init_lora_weights': ";
    assertTrue(refusal("bert", keys + start + ",").contains("has no factors"));
  }
}
