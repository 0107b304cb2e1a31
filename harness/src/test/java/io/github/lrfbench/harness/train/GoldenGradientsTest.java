package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses, gradients and optimizer steps of reference models are those of PyTorch. */
class GoldenGradientsTest {
  private static final double TOLERANCE = 1e-4;

  String device() {
    return "cpu";
  }

  /** The loss of a folder's batch; its gradients are added to the buffers. */
  private static double backward(
      Path folder, Model model, GradientBuffers gradients, boolean regression) throws IOException {
    JsonNode labels = new ObjectMapper().readTree(folder.resolve("io.json").toFile()).get("labels");
    double[] targets = new double[labels.size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = labels.get(i).asDouble();
    }
    Objective objective = regression ? Objective.SQUARED_ERROR : Objective.CROSS_ENTROPY;
    try (Scope scope = model.device().openScope();
        Tape tape = new Tape(model.device(), gradients, null)) {
      Tensor output = model.forward(tape.ops(), TokenBatch.of(scope, GoldenInputs.read(folder)));
      float[] slope = new float[(int) output.shape().size()];
      double[] weights = new double[targets.length];
      Arrays.fill(weights, 1.0 / targets.length);
      double loss = objective.evaluate(output.toFloats(), targets, weights, slope);
      Tensor upstream = scope.floats(slope, output.shape().toArray());
      tape.backward(output, Matrix.of(upstream));
      return loss;
    }
  }

  private static void assertGradients(
      SafetensorsFile expected, Model model, GradientBuffers gradients) {
    Set<String> missing = new HashSet<>(expected.names());
    for (Parameter parameter : model.weights()) {
      assertTrue(missing.remove(parameter.name()), parameter.name());
      assertEquals(expected.shape(parameter.name()), parameter.shape(), parameter.name());
      float[] wanted = expected.readFloats(parameter.name());
      float[] actual = parameter.read(gradients.of(parameter));
      for (int i = 0; i < wanted.length; i++) {
        assertEquals(wanted[i], actual[i], TOLERANCE, parameter.name() + " at " + i);
      }
    }
    assertTrue(missing.isEmpty(), missing.toString());
  }

  /** The loss of a language model on a batch; its gradients are added to the buffers. */
  private static double backward(JsonNode io, CausalModel model, GradientBuffers gradients) {
    List<TokenSequence> sequences = GoldenInputs.read(io);
    List<Integer> targets = new ArrayList<>();
    for (int s = 0; s < sequences.size(); s++) {
      for (int t = 1; t <= sequences.get(s).length(); t++) {
        boolean last = t == sequences.get(s).length();
        targets.add(last ? -1 : io.get("labels").get(s).get(t).asInt());
      }
    }
    int[] following = targets.stream().mapToInt(Integer::intValue).toArray();
    float[] shares = new float[following.length];
    Arrays.fill(shares, 1f / (following.length - sequences.size()));
    try (Scope scope = model.device().openScope();
        Tape tape = new Tape(model.device(), gradients, null)) {
      Matrix states = model.states(tape.ops(), TokenBatch.of(scope, sequences));
      Tensor losses = tape.ops().allocate(DType.F32, following.length);
      Tensor logits = model.logits(tape.ops(), states);
      tape.ops().crossEntropy(Matrix.of(logits), scope.ints(following, following.length), losses);
      double loss = 0;
      for (float part : losses.toFloats()) {
        loss += part * shares[0];
      }
      tape.backward(losses, Matrix.of(scope.floats(shares, shares.length)));
      return loss;
    }
  }

  @ParameterizedTest
  @CsvSource({"io, grads", "nopad_io, nopad_grads"})
  void everyGradientOfALanguageModelIsThatOfPyTorch(String io, String grads) throws IOException {
    Path folder = TestData.require("golden/gpt2-lm");
    JsonNode json = new ObjectMapper().readTree(folder.resolve(io + ".json").toFile());
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        GradientBuffers gradients = new GradientBuffers(device, golden.model().weights());
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve(grads + ".safetensors"))) {
      double loss = backward(json, (CausalModel) golden.model(), gradients);
      assertEquals(json.get("loss").asDouble(), loss, TOLERANCE);
      assertGradients(expected, golden.model(), gradients);
    }
  }

  @ParameterizedTest
  @CsvSource({"bert-cls, false", "bert-reg, true", "roberta-cls, false", "gpt2-cls, false"})
  void everyGradientIsThatOfPyTorch(String name, boolean regression) throws IOException {
    Path folder = TestData.require("golden/" + name);
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        GradientBuffers gradients = new GradientBuffers(device, golden.model().weights());
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("grads.safetensors"))) {
      double loss = backward(folder, golden.model(), gradients, regression);
      assertEquals(io.get("loss").asDouble(), loss, TOLERANCE);
      assertGradients(expected, golden.model(), gradients);
    }
  }

  private interface Pass {
    double run(Model model, GradientBuffers gradients) throws IOException;
  }

  private void assertLossesOfFiveSteps(Path folder, Pass pass) throws IOException {
    JsonNode losses =
        new ObjectMapper().readTree(folder.resolve("adamw.json").toFile()).get("losses");
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        GradientBuffers gradients = new GradientBuffers(device, golden.model().weights());
        AdamW optimizer =
            new AdamW(device, golden.model().weights(), gradients, AdamWSettings.DEFAULT, true)) {
      for (JsonNode loss : losses) {
        gradients.clear();
        assertEquals(loss.asDouble(), pass.run(golden.model(), gradients), TOLERANCE);
        optimizer.step(1e-3, 1);
      }
      assertEquals(losses.size(), optimizer.steps());
    }
  }

  @Test
  void lossesOfFiveStepsAreThoseOfPyTorch() throws IOException {
    Path folder = TestData.require("golden/bert-cls");
    assertLossesOfFiveSteps(
        folder, (model, gradients) -> backward(folder, model, gradients, false));
  }

  @Test
  void lossesOfFiveStepsOfALanguageModelAreThoseOfPyTorch() throws IOException {
    Path folder = TestData.require("golden/gpt2-lm");
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    assertLossesOfFiveSteps(
        folder, (model, gradients) -> backward(io, (CausalModel) model, gradients));
  }
}
