package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LatencyProbeTest {
  private static Device open() {
    return Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @ParameterizedTest
  @EnumSource
  void aLanguageModelIsTimedInEveryWay(LatencyKind kind) {
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device)) {
      Model model = golden.model();
      LatencyProbe probe = new LatencyProbe(kind, 2, 0, model.info());
      assertEquals(40, probe.seqLen());
      long before = device.memory().currentBytes();
      Timing timing = probe.measure(model, model);
      assertTrue(timing.latency().p50Ms() > 0);
      assertTrue(timing.peakBytes() > model.bytes());
      assertEquals(before, device.memory().currentBytes());
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
            new TimedPass(golden.model(), kind, List.of(new TokenSequence(ids, new int[40])))) {
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
                InputException.class, () -> new LatencyProbe(kind, 1, 8, golden.model().info()));
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
