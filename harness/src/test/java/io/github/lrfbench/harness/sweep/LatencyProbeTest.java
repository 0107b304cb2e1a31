package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.TensorSlices;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LatencyProbeTest {
  private static final RoundRule RULE = new RoundRule(1, 2, 0, 0);

  private static Device open() {
    return Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @ParameterizedTest
  @EnumSource
  void aLanguageModelIsTimedInEveryWay(LatencyKind kind) {
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device)) {
      Model model = golden.model();
      LatencyProbe probe = new LatencyProbe(kind, 2, 0, RULE, model.info());
      assertEquals(40, probe.seqLen());
      long before = device.memory().currentBytes();
      Timing timing = probe.measure(model, model);
      assertTrue(timing.latency().own().p50Ms() > 0);
      assertTrue(timing.peakBytes() > model.bytes());
      assertEquals(before, device.memory().currentBytes());
      CausalModel causal = (CausalModel) model;
      long flops =
          switch (kind) {
            case FORWARD -> model.forwardFlops(40);
            case PREFILL -> causal.prefillFlops(40);
            case DECODE -> causal.decodeFlops(40);
          };
      assertEquals(flops, timing.flops());
    }
  }

  @Test
  void latencyAndThroughputAreMeasuredBesideTheDenseModel() {
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device);
        Model other = golden.model().copy()) {
      Model dense = golden.model();
      LatencyProbe probe = new LatencyProbe(LatencyKind.FORWARD, 2, 4, RULE, dense.info());
      Timing beside = probe.measure(dense, other);
      for (Timing.InTurns calls : List.of(beside.latency(), beside.throughput())) {
        assertNotEquals(calls.own(), calls.dense());
        assertEquals(calls.own().runs(), calls.dense().runs());
      }
      assertEquals(2, beside.latency().sequences());
      assertEquals(32, beside.throughput().sequences());
      LatencyStats stats = beside.throughput().dense();
      assertEquals(32e3 / stats.p50Ms(), beside.throughput().densePerSecond(), 1e-9);
      Timing alone = probe.measure(dense, dense);
      assertEquals(alone.throughput().own(), alone.throughput().dense());
    }
  }

  /** The copy that an untied head is stands in memory, though it counts as nothing stored. */
  @Test
  void whatRepeatsWeightsTakesMemory() {
    Gpt2Options untied = new Gpt2Options(false, true);
    Path folder = TestData.require("golden/gpt2-lm");
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(folder, device);
        GoldenModel apart = GoldenModel.load(folder, untied, device)) {
      LatencyProbe probe = new LatencyProbe(LatencyKind.FORWARD, 1, 4, RULE, golden.model().info());
      long one = probe.measure(golden.model(), golden.model()).peakBytes();
      long two = probe.measure(apart.model(), apart.model()).peakBytes();
      assertEquals(golden.model().bytes(), apart.model().bytes());
      assertEquals(one + apart.model().repeated().get("lm_head").bytes(), two);
    }
  }

  /**
   * Of two that are compared neither multiplies by weights as they lie while the other does not.
   */
  @Test
  void bothModelsArePackedOrNeither() {
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device);
        Model model = golden.model().copy(DType.F32)) {
      Model dense = golden.model();
      long all = device.memory().currentBytes() + dense.bytes() + model.bytes();
      for (long machine : new long[] {all * 3 / 2 + 3, all * 3 / 2 - 3}) {
        LatencyProbe probe =
            new LatencyProbe(
                LatencyKind.FORWARD, 1, 4, RULE, dense.info(), new WeightCopies(machine));
        Map<String, Object> extra = new TreeMap<>();
        probe.measure(dense, model).addTo(extra);
        boolean tooLarge = device.copiesWeights() && 2 * machine < 3 * all;
        assertEquals(tooLarge ? false : null, extra.get("packed"));
      }
      boolean alone = new WeightCopies((all - model.bytes()) * 3 / 2 + 3).areMade(dense, dense);
      assertTrue(alone);
    }
  }

  /** CP of a matrix with hundreds of times as many terms as it has columns. */
  @Test
  void aFormThatIsFarSlowerThanItsMatrixIsTimedMultipliedOut() {
    try (Device device = open();
        Scope scope = device.openScope();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device)) {
      Model dense = golden.model();
      LinearSlot slot =
          dense.slots().stream().filter(s -> s.role().equals("intermediate")).findFirst().get();
      Linear whole = slot.linear();
      int rank = 300 * whole.inputs();
      Matrix a = Matrix.of(scope.zeros(DType.F32, whole.inputs(), rank));
      Matrix b = Matrix.of(scope.zeros(DType.F32, whole.outputs(), rank));
      Matrix own = Matrix.of(scope.zeros(DType.F32, 1, rank));
      Basis basis = new Basis(slot.name(), List.of(a, b), scope);
      Linear slow = new TensorSlices(Kind.CP, basis, own, false, whole.bias(), true);
      try (Model model = dense.with(Map.of(slot.name(), slow))) {
        LatencyProbe probe = new LatencyProbe(LatencyKind.FORWARD, 2, 4, RULE, dense.info());
        long before = device.memory().currentBytes();
        Timing timing = probe.measure(dense, model);
        assertEquals(new Timing.Expanded(1, 1), timing.expanded());
        assertEquals(dense.forwardFlops(4), timing.flops());
        assertTrue(timing.peakBytes() > model.bytes() + whole.bytes());
        assertEquals(before, device.memory().currentBytes());
        Map<String, Object> extra = new TreeMap<>();
        timing.addTo(extra);
        assertTrue((double) extra.remove("measure_seconds") > 0);
        assertEquals(Map.of("expanded", 1, "expanded_throughput", 1), extra);
        assertEquals(Timing.Expanded.NONE, probe.measure(dense, dense).expanded());
      }
    }
  }

  /** A pass can be done again and again, up to the model's longest sequence. */
  @ParameterizedTest
  @EnumSource
  void aPassIsTheSameEveryTime(LatencyKind kind) {
    int[] ids = new int[40];
    Arrays.setAll(ids, i -> i);
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device);
        TimedPass pass =
            new TimedPass(golden.model(), kind, List.of(new TokenSequence(ids, new int[40])), 0)) {
      for (int i = 0; i < 3; i++) {
        pass.run();
      }
    }
  }

  @Test
  void aClassifierHasNoCache() {
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-cls"), device)) {
      for (LatencyKind kind : List.of(LatencyKind.PREFILL, LatencyKind.DECODE)) {
        InputException refused =
            assertThrows(
                InputException.class,
                () -> new LatencyProbe(kind, 1, 8, RULE, golden.model().info()));
        assertTrue(refused.getMessage().contains("language models"), refused.getMessage());
      }
    }
  }

  @Test
  void unknownKindsAreRefused() {
    InputException refused =
        assertThrows(InputException.class, () -> LatencyKind.parse("backward"));
    assertTrue(refused.getMessage().contains("forward, prefill, decode"), refused.getMessage());
  }
}
