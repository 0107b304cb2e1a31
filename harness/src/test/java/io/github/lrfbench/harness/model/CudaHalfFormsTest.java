package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models in all forms compute in half precision what they compute in single precision. */
@Tag("cuda")
class CudaHalfFormsTest {
  private static double tolerance(DType dtype) {
    return dtype == DType.F16 ? 0.02 : 0.15;
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void formsInHalfPrecision(DType dtype) throws IOException {
    Path folder = TestData.require("golden/bert-cls");
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Scope scope = device.openScope()) {
      Forms forms = new Forms(3, scope);
      Map<String, Linear> replacements = new HashMap<>();
      for (LinearSlot slot : golden.model().slots()) {
        int outputs = slot.linear().outputs();
        int inputs = slot.linear().inputs();
        String kind = Forms.KINDS.get(replacements.size() % Forms.KINDS.size());
        replacements.put(
            slot.name(),
            slot.role().equals("query")
                ? forms.heads(golden.model().heads(), outputs, inputs)
                : forms.of(kind, outputs, inputs, true));
      }
      try (Model single = golden.model().with(replacements);
          Model half = single.copy(dtype)) {
        assertClose(outputs(single, folder), outputs(half, folder), tolerance(dtype));
      }
    }
  }

  private static float[] outputs(Model model, Path folder) throws IOException {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model
          .forward(ops, TokenBatch.of(scope, GoldenInputs.read(folder), model.info()))
          .toFloats();
    }
  }

  /** Unequal ranks of key and value in the cache, and heads that are narrow. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void latentsOfUnequalRanksInHalfPrecision(DType dtype) {
    Path folder = TestData.require("golden/gpt2-lm");
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(folder, new Gpt2Options(true, false, true), device);
        Scope scope = device.openScope()) {
      Forms forms = new Forms(4, scope);
      Map<String, Linear> replacements = new HashMap<>();
      for (LinearSlot slot : golden.model().slots()) {
        int width = slot.linear().outputs();
        switch (slot.role()) {
          case "query" ->
              replacements.put(slot.name(), forms.heads(golden.model().heads(), width, width));
          case "key" -> replacements.put(slot.name(), lowRank(forms, width, 3));
          case "value" -> replacements.put(slot.name(), lowRank(forms, width, 7));
          default -> {}
        }
      }
      try (Model single = golden.model().with(replacements);
          Model half = single.copy(dtype)) {
        assertClose(
            decoded((CausalModel) single), decoded((CausalModel) half), 5 * tolerance(dtype));
      }
    }
  }

  private static Linear lowRank(Forms forms, int width, int rank) {
    return new LowRankLinear(
        new LowRankFactors(
            Matrix.of(forms.random(0.2, width, rank)), Matrix.of(forms.random(0.2, rank, width))),
        forms.random(0.1, width));
  }

  /** Logits after some tokens, of which the last are read one by one. */
  private static float[] decoded(CausalModel model) {
    List<TokenSequence> prompts =
        List.of(
            new TokenSequence(new int[] {3, 9, 4}, new int[3]),
            new TokenSequence(new int[] {5}, new int[1]));
    try (Scope scope = model.device().openScope();
        KeyValueCache cache = model.openCache(2, 8);
        Ops ops = new EagerOps(model.device())) {
      cache.fill(3, 1);
      model.prefill(ops, TokenBatch.of(scope, prompts, model.info()), cache);
      cache.extend(7, 8);
      return model.decode(ops, cache).toFloats();
    }
  }

  private static void assertClose(float[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      double scale = Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], actual[i], tolerance * scale, "output " + i);
    }
  }
}
