package io.github.lrfbench.harness.model.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gpt2LoaderTest {
  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** The tensors of another model under other names. */
  private record Stored(Map<String, Tensor> tensors) implements WeightSource {
    @Override
    public boolean has(String name) {
      return tensors.containsKey(name);
    }

    @Override
    public Shape shape(String name) {
      return tensors.get(name).shape();
    }

    @Override
    public void read(String name, Tensor target) {
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new InputException("tensor " + name + " is missing");
      }
      float[] values = tensor.toFloats();
      target.write(0, values, 0, values.length);
    }
  }

  private static ObjectNode json() {
    return new ObjectMapper()
        .createObjectNode()
        .put("model_type", "gpt2")
        .put("vocab_size", 50)
        .put("n_embd", 12)
        .put("n_layer", 3)
        .put("n_head", 2)
        .put("n_positions", 20);
  }

  private static Gpt2Architecture architecture(ObjectNode json, Gpt2Options options) {
    return new Gpt2Architecture(Gpt2Config.parse(json), options);
  }

  private Map<String, Tensor> tensors(Scope scope, boolean classifier) {
    Gpt2Architecture architecture = architecture(json(), Gpt2Options.DEFAULT);
    Map<String, Tensor> tensors = new TreeMap<>();
    WeightSource random =
        classifier ? architecture.randomWeights(1) : architecture.randomLanguageModel(1);
    try (Model model = architecture.load(random, device)) {
      for (Parameter weight : model.weights()) {
        tensors.put(weight.name(), scope.floats(weight.read(), weight.shape().toArray()));
      }
    }
    return tensors;
  }

  private float[] logits(Model model) {
    int[] ids = {3, 49, 0, 7, 7};
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, List.of(new TokenSequence(ids, new int[5])));
      return model.forward(ops, batch).toFloats();
    }
  }

  @Test
  void namesMayLackTheirPrefixAndMasksAreSkipped() {
    try (Scope scope = device.openScope()) {
      Map<String, Tensor> tensors = tensors(scope, false);
      Map<String, Tensor> bare = new HashMap<>();
      tensors.forEach((name, tensor) -> bare.put(name.replace("transformer.", ""), tensor));
      bare.put("h.0.attn.bias", scope.zeros(DType.F32, 1, 1, 20, 20));
      bare.put("h.0.attn.masked_bias", scope.zeros(DType.F32, 1));
      Gpt2Architecture architecture = architecture(json(), Gpt2Options.DEFAULT);
      try (Model with = architecture.load(new Stored(tensors), device);
          Model without = architecture.load(new Stored(bare), device)) {
        assertArrayEquals(logits(with), logits(without));
        assertEquals(with.parameters(), without.parameters());
        assertEquals("h.0.attn.c_attn", without.slots().get(0).name());
      }
    }
  }

  @Test
  void parametersAreThoseOfTheArchitecture() {
    // Of a block: c_attn, c_proj, c_fc and c_proj with biases, and two norms.
    long block = 12 * 36 + 36 + 12 * 12 + 12 + 2 * 12 * 48 + 48 + 12 + 4 * 12;
    long expected = 50 * 12 + 20 * 12 + 3 * block + 2 * 12;
    Gpt2Architecture architecture = architecture(json(), Gpt2Options.DEFAULT);
    try (Model model = architecture.load(architecture.randomLanguageModel(1), device)) {
      assertEquals(expected, model.parameters());
      assertEquals(4 * expected, model.bytes());
    }
    try (Model model = architecture.load(architecture.randomWeights(1), device)) {
      assertEquals(expected + 2 * 12, model.parameters());
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false, 12", "true, false, 18", "false, true, 13", "true, true, 19"})
  void compressibleMatricesAreThoseOfTheArchitecture(boolean split, boolean untie, int count) {
    Gpt2Architecture plain = architecture(json(), Gpt2Options.DEFAULT);
    Gpt2Architecture architecture = architecture(json(), new Gpt2Options(split, untie));
    try (Model original = plain.load(plain.randomLanguageModel(1), device);
        Model model = architecture.load(plain.randomLanguageModel(1), device)) {
      List<LinearSlot> slots = model.slots();
      assertEquals(count, slots.size());
      long matrices = slots.stream().mapToLong(slot -> slot.linear().parameters()).sum();
      assertEquals(3 * 12 * 12 * 12 + (untie ? 50 * 12 : 0), matrices);
      // The copy that an untied head is repeats what the checkpoint holds once.
      assertEquals(original.parameters(), model.parameters());
      assertEquals(original.bytes(), model.bytes());
      assertEquals(untie ? Set.of("lm_head") : Set.of(), model.repeated().keySet());
      float[] expected = logits(original);
      float[] actual = logits(model);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], 1e-6, "logit " + i);
      }
    }
  }

  /** Once it is another, or may become it, a head that was untied counts. */
  @Test
  void anUntiedHeadCountsWhereItIsNoCopyAnyMore() {
    Gpt2Architecture architecture = architecture(json(), new Gpt2Options(false, true));
    try (Scope scope = device.openScope();
        Model model = architecture.load(architecture.randomLanguageModel(1), device)) {
      Linear other = new DenseLinear(Matrix.of(scope.zeros(DType.F32, 12, 50)), null);
      String block = "transformer.h.0.mlp.c_fc";
      Linear same = DenseLinear.of(model.linears().get(block), scope);
      try (Model replaced = model.with(Map.of("lm_head", other));
          Model elsewhere = model.with(Map.of(block, same));
          Model trainable = model.copy()) {
        assertEquals(model.parameters() + 50 * 12, replaced.parameters());
        assertEquals(model.bytes() + 4 * 50 * 12, replaced.bytes());
        assertEquals(Set.of("lm_head"), replaced.untiedFrom(model));
        assertEquals(model.parameters(), elsewhere.parameters());
        assertEquals(Set.of(), elsewhere.untiedFrom(model));
        assertEquals(model.parameters() + 50 * 12, trainable.parameters());
      }
    }
  }

  /** By hand, of three blocks and a sequence of five tokens. */
  @Test
  void operationsAreCounted() {
    long projections = 2 * 12 * 36;
    long outputs = 2 * (12 * 12 + 2 * 12 * 48);
    long attention = 3 * 4 * 12 * (1 + 2 + 3 + 4 + 5);
    long blocks = 5 * 3 * (projections + outputs) + attention;
    long timed = blocks - 4 * outputs;
    for (boolean untie : new boolean[] {false, true}) {
      Gpt2Architecture architecture = architecture(json(), new Gpt2Options(false, untie));
      try (Model model = architecture.load(architecture.randomLanguageModel(1), device)) {
        CausalModel causal = (CausalModel) model;
        assertEquals(blocks + 5 * 2 * 12 * 50, model.flops(5));
        assertEquals(timed + 2 * 12 * 50, model.forwardFlops(5));
        assertEquals(timed + 2 * 12 * 50, causal.prefillFlops(5));
        long one = 3 * (projections + outputs) + 3 * 4 * 12 * 5 + 2 * 12 * 50;
        assertEquals(one, causal.decodeFlops(5));
      }
    }
    Gpt2Architecture plain = architecture(json(), Gpt2Options.DEFAULT);
    try (Model model = plain.load(plain.randomWeights(1), device)) {
      assertEquals(blocks + 2 * 12 * 2, model.flops(5));
      assertEquals(timed + 2 * 12 * 2, model.forwardFlops(5));
    }
  }

  @Test
  void anUntiedHeadIsRead() {
    try (Scope scope = device.openScope()) {
      Map<String, Tensor> tensors = tensors(scope, false);
      ObjectNode json = json().put("tie_word_embeddings", false);
      Gpt2Architecture untied = architecture(json, Gpt2Options.DEFAULT);
      assertThrows(InputException.class, () -> untied.load(new Stored(tensors), device));
      tensors.put("lm_head.weight", scope.zeros(DType.F32, 50, 12));
      try (Model model = untied.load(new Stored(tensors), device)) {
        assertArrayEquals(new float[50], logits(model));
        assertEquals(12, model.slots().size());
      }
    }
  }

  @Test
  void scoresAreScaledAsTheConfigurationSays() {
    Gpt2Config plain = Gpt2Config.parse(json());
    assertEquals(1 / Math.sqrt(6), plain.scoreScale(2), 1e-15);
    Gpt2Config config =
        Gpt2Config.parse(
            json().put("scale_attn_weights", false).put("scale_attn_by_inverse_layer_idx", true));
    assertEquals(1.0 / 3, config.scoreScale(2), 1e-15);
  }

  @ParameterizedTest
  @CsvSource({
    "n_head, 5, n_embd 12 is not a multiple of n_head 5",
    "n_layer, 0, must be a positive integer",
    "n_inner, -1, must be a positive integer",
    "activation_function, swish, is not supported",
    "add_cross_attention, true, which is not supported",
    "attn_pdrop, 1.5, must be a number"
  })
  void wrongConfigurationsAreRefused(String key, String value, String message) throws IOException {
    ObjectNode json = json();
    boolean text = key.equals("activation_function");
    json.set(key, new ObjectMapper().readTree(text ? '"' + value + '"' : value));
    InputException refused = assertThrows(InputException.class, () -> Gpt2Config.parse(json));
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void aHeadOfAnotherSizeIsRefused() {
    try (Scope scope = device.openScope()) {
      Map<String, Tensor> tensors = tensors(scope, true);
      ObjectNode json = json().put("num_labels", 3);
      Gpt2Architecture architecture = architecture(json, Gpt2Options.DEFAULT);
      InputException refused =
          assertThrows(InputException.class, () -> architecture.load(new Stored(tensors), device));
      assertTrue(refused.getMessage().contains("3 labels"), refused.getMessage());
    }
  }
}
