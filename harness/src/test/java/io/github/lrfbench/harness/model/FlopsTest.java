package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.CountingOps;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.SharedLinear;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What models say that a pass takes is what the products in it add up to. */
class FlopsTest {
  private static final int LENGTH = 9;

  /** Runs something by operations that count, and gives the count for each of two sequences. */
  private static long counted(Device device, Consumer<CountingOps> pass) {
    try (CountingOps ops = new CountingOps(device)) {
      pass.accept(ops);
      assertEquals(0, ops.flops() % 2);
      return ops.flops() / 2;
    }
  }

  private static TokenSequence sequence(int length) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> 5 + i);
    return new TokenSequence(ids, new int[length]);
  }

  private static TokenBatch batch(Scope scope, Model model, int length) {
    return TokenBatch.of(scope, List.of(sequence(length), sequence(length)), model.info());
  }

  private static void assertCounts(Model model) {
    Device device = model.device();
    try (Scope scope = device.openScope()) {
      TokenBatch batch = batch(scope, model, LENGTH);
      assertEquals(
          counted(device, ops -> model.forward(ops, batch)), model.forwardFlops(LENGTH), "forward");
      assertEquals(counted(device, ops -> whole(model, ops, batch)), model.flops(LENGTH), "whole");
      if (model instanceof CausalModel causal) {
        assertCachedCounts(causal, batch, scope);
      }
    }
  }

  private static void whole(Model model, CountingOps ops, TokenBatch batch) {
    if (model instanceof CausalModel causal) {
      causal.logits(ops, causal.states(ops, batch));
    } else {
      model.forward(ops, batch, new ArrayList<>());
    }
  }

  private static void assertCachedCounts(CausalModel model, TokenBatch batch, Scope scope) {
    Device device = model.device();
    try (KeyValueCache cache = model.openCache(2, LENGTH)) {
      cache.fill(LENGTH, LENGTH);
      assertEquals(
          counted(device, ops -> model.prefill(ops, batch, cache)),
          model.prefillFlops(LENGTH),
          "prefill");
      cache.fill(LENGTH - 1, LENGTH - 1);
      TokenBatch beginning = batch(scope, model, LENGTH - 1);
      counted(device, ops -> model.prefill(ops, beginning, cache));
      cache.extend(1, 2);
      assertEquals(
          counted(device, ops -> model.decode(ops, cache)), model.decodeFlops(LENGTH), "decode");
    }
  }

  private static void withModel(String golden, Gpt2Options options, Consumer<Model> body) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        GoldenModel loaded =
            GoldenModel.load(TestData.require("golden/" + golden), options, device)) {
      body.accept(loaded.model());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-lm", "gpt2-cls", "bert-cls", "bert-reg", "roberta-cls"})
  void denseModels(String golden) {
    withModel(golden, Gpt2Options.DEFAULT, FlopsTest::assertCounts);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-lm, svd, false, false, false",
    "gpt2-lm, svd, true, true, false",
    "gpt2-lm, svd, true, false, true",
    "gpt2-lm, kronecker, true, true, false",
    "gpt2-lm, svd+int8, true, true, false",
    "gpt2-cls, svd, false, false, false",
    "gpt2-cls, kronecker, false, false, false",
    "bert-cls, svd, false, false, false",
    "bert-cls, kronecker, false, false, false",
    "roberta-cls, int8, false, false, false"
  })
  void compressedModels(
      String golden, String method, boolean split, boolean untie, boolean latent) {
    withModel(
        golden,
        new Gpt2Options(split, untie, latent),
        dense -> {
          try (Model model = compressed(dense, method)) {
            assertCounts(model);
            assertTrue(model.flops(LENGTH) <= dense.flops(LENGTH));
          }
        });
  }

  private static Model compressed(Model dense, String stages) {
    Model model = dense.copy();
    for (String stage : stages.split("\\+")) {
      MethodSpec spec = MethodSpec.parse(stage);
      Budget budget = stage.equals("int8") ? new Budget.Keep(1) : new Budget.Keep(0.4);
      try (Model before = model;
          Scope scope = dense.device().openScope();
          FactorizationCache cache = new FactorizationCache(dense.device())) {
        Compression made =
            spec.compressor()
                .compress(
                    new CompressionRequest(
                        before, before.slots(), budget, spec.options(), null, cache, scope, 0));
        assertTrue(!made.replacements().isEmpty(), stage);
        try (Model after = before.with(made.replacements())) {
          model = after.copy();
        }
      }
    }
    return model;
  }

  /** Of one input a basis is applied once. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-cls", "bert-cls"})
  void sharedBases(String golden) {
    withModel(
        golden,
        golden.startsWith("gpt2") ? new Gpt2Options(true, false) : Gpt2Options.DEFAULT,
        dense -> {
          int h = dense.info().hiddenSize();
          int rank = 2;
          try (Scope scope = dense.device().openScope()) {
            Map<String, Linear> shared = new HashMap<>();
            Basis basis = null;
            for (LinearSlot slot : dense.slots()) {
              if (List.of("query", "key", "value").contains(slot.role())) {
                boolean first = slot.role().equals("query");
                if (first) {
                  Matrix down = Matrix.of(scope.zeros(DType.F32, h, rank));
                  basis = new Basis(slot.name(), down, scope);
                }
                Matrix up = Matrix.of(scope.zeros(DType.F32, rank, h));
                shared.put(slot.name(), new SharedLinear(basis, up, slot.linear().bias(), first));
              }
            }
            try (Model model = dense.with(shared)) {
              assertCounts(model);
              int blocks = shared.size() / 3;
              long now = blocks * 2L * LENGTH * rank * (h + 3 * h);
              long before = blocks * 2L * LENGTH * 3 * h * h;
              assertEquals(dense.flops(LENGTH) - before + now, model.flops(LENGTH));
            }
          }
        });
  }

  /** Narrow heads cost fewer products to make, and are as wide as others in attentions. */
  @Test
  void narrowHeads() {
    withModel(
        "bert-cls",
        Gpt2Options.DEFAULT,
        dense -> {
          int h = dense.info().hiddenSize();
          int heads = dense.heads();
          try (Scope scope = dense.device().openScope()) {
            Map<String, Linear> narrow = new HashMap<>();
            for (LinearSlot slot : dense.slots()) {
              if (slot.role().equals("query") || slot.role().equals("key")) {
                Matrix weight = Matrix.of(scope.zeros(DType.F32, h, 2 * heads));
                narrow.put(slot.name(), new NarrowHeads(weight, null, heads, h));
              }
            }
            try (Model model = dense.with(narrow)) {
              assertCounts(model);
              long less = narrow.size() * 2L * LENGTH * h * (h - 2 * heads);
              assertEquals(dense.flops(LENGTH) - less, model.flops(LENGTH));
            }
          }
        });
  }

  /** Fewer heads take less before, in and after attentions, and so do their keys in a cache. */
  @ParameterizedTest
  @CsvSource({"gpt2-lm, false", "gpt2-lm, true", "bert-cls, false"})
  void fewerHeads(String golden, boolean split) {
    withModel(
        golden,
        new Gpt2Options(split, false),
        dense -> {
          try (Scope scope = dense.device().openScope();
              Model model = dense.with(FewerHeads.of(dense, 1, scope))) {
            assertCounts(model);
            assertTrue(model.flops(LENGTH) < dense.flops(LENGTH));
          }
        });
  }
}
