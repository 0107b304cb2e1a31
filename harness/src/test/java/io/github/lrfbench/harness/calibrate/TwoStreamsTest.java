package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moments on the way through two models are those of inputs in whole forward passes. */
class TwoStreamsTest {
  private final SplittableRandom random = new SplittableRandom(2);

  private Linear factors(Linear like, Scope scope) {
    float[] down = new float[like.inputs() * 3];
    float[] up = new float[3 * like.outputs()];
    for (float[] values : new float[][] {down, up}) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (0.2 * random.nextGaussian());
      }
    }
    return new LowRankLinear(
        new LowRankFactors(
            Matrix.of(scope.floats(down, like.inputs(), 3)),
            Matrix.of(scope.floats(up, 3, like.outputs()))),
        like.bias());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-cls", "gpt2-cls split", "gpt2-lm head"})
  void momentsAreThoseOfWholePasses(String name) throws Exception {
    Path folder = TestData.require("golden/" + name.split(" ")[0]);
    Gpt2Options options = new Gpt2Options(name.endsWith("split"), name.endsWith("head"));
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, options, device);
        Scope scope = device.openScope()) {
      Model model = golden.model();
      List<TokenSequence> sequences = GoldenInputs.read(folder);
      Map<String, double[][]> dense = SlotInputs.of(model, sequences);
      Map<String, Linear> replaced = new HashMap<>();
      int seen = 0;
      double[] spent = {0};
      try (TwoStreams streams = new TwoStreams(model, model, sequences, s -> spent[0] += s)) {
        int blocks = model.blocks().size();
        for (int block = 0; block <= blocks; block++) {
          List<List<LinearSlot>> inputs = streams.inputs();
          for (int input = 0; input < inputs.size(); input++) {
            List<LinearSlot> readers = inputs.get(input);
            if (readers.isEmpty()) {
              continue;
            }
            String first = readers.get(0).name();
            double[][] own;
            try (Model whole = model.with(replaced)) {
              own = SlotInputs.of(whole, sequences).get(first);
            }
            assertMoments(
                InputMoments.cross(dense.get(first), own, scope), streams.moments(input, scope));
            seen += readers.size();
            // Not all of those that read one input, and not in every block.
            Map<String, Linear> made = new HashMap<>();
            for (LinearSlot slot : readers.subList(0, (readers.size() + 1) / 2)) {
              made.put(slot.name(), factors(slot.linear(), scope));
            }
            replaced.putAll(made);
            streams.replace(made);
          }
          if (block < blocks) {
            streams.advance();
          }
        }
      }
      assertEquals(model.slots().size(), seen);
      assertTrue(spent[0] > 0);
    }
  }

  private static void assertMoments(CrossMoments expected, CrossMoments actual) {
    assertEquals(expected.tokens(), actual.tokens());
    assertClose(expected.gram().data().toDoubles(), actual.gram().data().toDoubles());
    double[] drift = expected.drift().data().toDoubles();
    double scale = largest(expected.gram().data().toDoubles());
    assertArrayEquals(drift, actual.drift().data().toDoubles(), 1e-4 * scale);
    assertClose(expected.mean(), actual.mean());
    assertArrayEquals(expected.shift(), actual.shift(), 1e-4 * largest(expected.mean()));
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElseThrow();
  }

  private static void assertClose(double[] expected, double[] actual) {
    assertArrayEquals(expected, actual, 1e-4 * largest(expected));
  }
}
