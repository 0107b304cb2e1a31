package io.github.lrfbench.harness.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter that PEFT wrote gives what PEFT computed with it. */
class GoldenLoraTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path temporary;
  private Path folder;
  private JsonNode expected;
  private Device device;
  private Model base;
  private LoraAdapter adapter;

  @BeforeEach
  void load() throws IOException {
    folder = TestData.require("golden/bert-lora");
    expected = new ObjectMapper().readTree(folder.resolve("lora.json").toFile());
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    base = GoldenModel.load(TestData.require("golden/bert-cls"), device).model();
    adapter = LoraAdapter.read(folder, base, List.of(), new Notes());
  }

  @AfterEach
  void close() {
    if (adapter != null) {
      adapter.close();
      base.close();
      device.close();
    }
  }

  private float[] logits(Model model) throws IOException {
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      return model.forward(ops, TokenBatch.of(scope, GoldenInputs.read(folder))).toFloats();
    }
  }

  private void assertLogits(String name, Model model) throws IOException {
    try (Scope scope = device.openScope()) {
      Tensor tensor = scope.floats(logits(model), 3, 3);
      GoldenInputs.assertLogits(expected.get(name), tensor, TOLERANCE);
    }
  }

  @Test
  void logitsAreThoseOfPeft() throws IOException {
    float[] before = logits(base);
    try (Model attached = adapter.attach()) {
      assertLogits("adapter_logits", attached);
    }
    try (Model merged = adapter.merge()) {
      assertLogits("merged_logits", merged);
    }
    assertLogits("base_logits", base);
    assertArrayEquals(before, logits(base), 0f);
  }

  @Test
  void mergedMatricesAreThoseOfPeft() {
    try (Model merged = adapter.merge();
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("merged_weights.safetensors"))) {
      Set<String> left = new HashSet<>(file.names());
      for (Parameter parameter : merged.weights()) {
        if (left.remove(parameter.name())) {
          assertArrayEquals(
              file.readFloats(parameter.name()), parameter.read(), 1e-6f, parameter.name());
        }
      }
      assertEquals(Set.of(), left);
      assertEquals(base.parameters(), merged.parameters());
    }
  }

  @Test
  void onlyTheAdapterAndTheClassifierAreTrainedAndTheirGradientsAreThoseOfPeft()
      throws IOException {
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    try (Model attached = adapter.attach();
        Scope scope = device.openScope();
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("grads.safetensors"));
        GradientBuffers gradients = new GradientBuffers(device, adapter.weights(attached));
        Tape tape = new Tape(device, gradients, null)) {
      Tensor output = attached.forward(tape.ops(), TokenBatch.of(scope, GoldenInputs.read(folder)));
      Tensor upstream = scope.floats(slopes(output.toFloats(), io.get("labels")), 3, 3);
      tape.backward(output, Matrix.of(upstream));
      Set<String> left = new HashSet<>(file.names());
      for (Parameter parameter : adapter.weights(attached)) {
        String name = AdapterTensors.PREFIX + parameter.name();
        assertTrue(left.remove(name), name);
        assertEquals(file.shape(name), parameter.shape(), name);
        assertArrayEquals(
            file.readFloats(name),
            parameter.read(gradients.of(parameter)),
            (float) TOLERANCE,
            name);
      }
      assertEquals(Set.of(), left);
    }
  }

  /** The gradient of the mean cross entropy of three classes. */
  private static float[] slopes(float[] logits, JsonNode labels) {
    float[] slopes = new float[logits.length];
    for (int row = 0; row < labels.size(); row++) {
      double sum = 0;
      for (int j = 0; j < 3; j++) {
        sum += Math.exp(logits[3 * row + j]);
      }
      for (int j = 0; j < 3; j++) {
        double target = labels.get(row).asInt() == j ? 1 : 0;
        slopes[3 * row + j] =
            (float) ((Math.exp(logits[3 * row + j]) / sum - target) / labels.size());
      }
    }
    return slopes;
  }

  @Test
  void whatIsWrittenIsReadAsItWas() throws IOException {
    Path first = temporary.resolve("first");
    try (Model attached = adapter.attach()) {
      AdapterDirectory.write(first, adapter, attached, JsonNodeFactory.instance.objectNode());
    }
    try (SafetensorsFile theirs = SafetensorsFile.open(folder.resolve(AdapterDirectory.WEIGHTS));
        SafetensorsFile ours = SafetensorsFile.open(first.resolve(AdapterDirectory.WEIGHTS))) {
      assertEquals(new HashSet<>(theirs.names()), new HashSet<>(ours.names()));
      for (String name : theirs.names()) {
        assertEquals(theirs.shape(name), ours.shape(name));
        assertArrayEquals(theirs.readFloats(name), ours.readFloats(name), 0f);
      }
    }
    try (LoraAdapter again = LoraAdapter.read(first, base, List.of(), new Notes())) {
      assertEquals(adapter.toJson(), again.toJson());
    }
  }

  @Test
  void adaptersAreSwappedOverOneBaseThatNobodyCopies() throws IOException {
    long before = device.memory().currentBytes();
    LoraConfig config = new LoraConfig(2, 4, 0, false, List.of("dense"), List.of(), "");
    try (LoraAdapter other = LoraAdapter.draw(config, base, 3);
        Model first = adapter.attach();
        Model second = other.attach();
        Model third = adapter.attach()) {
      // 32 x 4 + 4 x 32 numbers for each of four matrices, and the classifier, are far less.
      assertTrue(device.memory().currentBytes() - before < base.bytes() / 2);
      assertLogits("adapter_logits", first);
      assertArrayEquals(logits(base), logits(second), 0f);
      assertLogits("adapter_logits", third);
    }
    assertEquals(before, device.memory().currentBytes());
  }

  @Test
  void theCountsAreThoseOfTheFactors() {
    try (Model attached = adapter.attach()) {
      long factors = 4L * (32 * 4 + 4 * 32);
      assertEquals(base.parameters() + factors, attached.parameters());
      assertEquals(base.bytes() + 4 * factors, attached.bytes());
      assertEquals(base.flops(7) + 7 * 2 * factors, attached.flops(7));
    }
  }

  @Test
  void aSlotsMatrixIsTheMergedOne() {
    try (Model attached = adapter.attach();
        Model merged = adapter.merge();
        Scope scope = device.openScope()) {
      for (int i = 0; i < attached.slots().size(); i++) {
        LinearSlot one = attached.slots().get(i);
        Tensor a = scope.allocate(DType.F32, one.linear().outputs(), one.linear().inputs());
        Tensor b = scope.allocate(DType.F32, one.linear().outputs(), one.linear().inputs());
        one.linear().materialize(device, Matrix.of(a));
        merged.slots().get(i).linear().materialize(device, Matrix.of(b));
        assertArrayEquals(a.toFloats(), b.toFloats(), 1e-6f);
        boolean adapted = one.role().equals("query") || one.role().equals("value");
        assertEquals(adapted, one.linear() instanceof LoraLinear);
      }
    }
  }

  @Test
  void aDrawnAdapterChangesNothingUntilItIsTrained() throws IOException {
    LoraConfig config =
        new LoraConfig(4, 8, 0.1, true, LoraConfig.usualTargets(base), List.of("classifier"), "");
    try (LoraAdapter drawn = LoraAdapter.draw(config, base, 1);
        LoraAdapter other = LoraAdapter.draw(config, base, 2);
        Model attached = drawn.attach();
        Model second = other.attach()) {
      assertEquals(List.of("query", "value"), config.targets());
      assertArrayEquals(logits(base), logits(attached), 0f);
      LoraLinear first = (LoraLinear) attached.slots().get(0).linear();
      assertEquals(4, first.scale(), 1e-12);
      float[] a = first.down().data().toFloats();
      for (float element : a) {
        assertTrue(Math.abs(element) <= 1 / Math.sqrt(32));
      }
      assertNotEquals(
          a[0], ((LoraLinear) second.slots().get(0).linear()).down().data().toFloats()[0]);
      assertEquals(4 * 2 + 2, drawn.weights(attached).size());
    }
  }
}
