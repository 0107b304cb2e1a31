package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of a model in any forms are those of the model with the forms multiplied out. */
class CompressedStatisticsTest {
  private final SplittableRandom random = new SplittableRandom(11);

  private Tensor random(Scope scope, double deviation, long... dims) {
    int size = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return scope.floats(values, dims);
  }

  private LowRankLinear lowRank(Linear like, int rank, Tensor bias, Scope scope) {
    return new LowRankLinear(
        new LowRankFactors(
            Matrix.of(random(scope, 0.2, like.inputs(), rank)),
            Matrix.of(random(scope, 0.2, rank, like.outputs()))),
        bias);
  }

  private Linear form(int kind, Linear like, Scope scope) {
    Tensor bias = random(scope, 0.1, like.outputs());
    Linear dense =
        new DenseLinear(Matrix.of(random(scope, 0.1, like.inputs(), like.outputs())), null);
    return switch (kind % 5) {
      case 0 -> lowRank(like, 3, bias, scope);
      case 1 -> Chain.of(lowRank(like, 5, bias, scope));
      case 2 -> new Sum(lowRank(like, 2, bias, scope), dense);
      case 3 ->
          new NarrowHeads(
              Matrix.of(random(scope, 0.2, like.inputs(), like.outputs() / 2)),
              bias,
              2,
              like.outputs());
      default -> dense.withBias(bias);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-cls", "gpt2-cls split", "lowrank"})
  void statisticsAreThoseOfTheProducts(String name, @TempDir Path cache) throws Exception {
    Path folder = TestData.require("golden/" + (name.startsWith("gpt2") ? "gpt2-cls" : "bert-cls"));
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        GoldenModel golden =
            GoldenModel.load(folder, new Gpt2Options(name.endsWith("split"), false), device);
        Scope scope = device.openScope()) {
      Map<String, Linear> forms = new HashMap<>();
      for (LinearSlot slot : golden.model().slots()) {
        int kind = name.equals("lowrank") ? 0 : forms.size();
        forms.put(slot.name(), form(kind, slot.linear(), scope));
      }
      Map<String, Linear> products = new HashMap<>(forms);
      products.replaceAll((slot, linear) -> DenseLinear.of(linear, scope));
      double[] labels = {2, 0, 1};
      LabelledExamples examples = new LabelledExamples(GoldenInputs.read(folder), labels, false);
      try (Model compressed = golden.model().with(forms);
          Model dense = golden.model().with(products);
          Calibrator of = new Calibrator(compressed, examples, "a", cache, done -> {});
          Calibrator wanted = new Calibrator(dense, examples, "b", cache, done -> {})) {
        for (LinearSlot slot : compressed.slots()) {
          assertMoments(wanted.moments().of(slot.name()), of.moments().of(slot.name()));
          assertClose(of(wanted.fisher().of(slot.name())), of(of.fisher().of(slot.name())));
          assertClose(
              of(wanted.meanGradients().of(slot.name())), of(of.meanGradients().of(slot.name())));
          GradientMoments.Moments expected = wanted.gradients().of(slot.name());
          GradientMoments.Moments actual = of.gradients().of(slot.name());
          assertClose(of(expected.normalized()), of(actual.normalized()));
          assertClose(of(expected.weighted()), of(actual.weighted()));
          assertClose(of(expected.gradients()), of(actual.gradients()));
          assertClose(
              of(wanted.outputGradients(Labels.EXPECTED).of(slot.name()).outputs()),
              of(of.outputGradients(Labels.EXPECTED).of(slot.name()).outputs()));
          double cost = wanted.gradients().sensitivities().get(slot.name());
          assertEquals(cost, of.gradients().sensitivities().get(slot.name()), 1e-3 * cost);
        }
      }
    }
  }

  private static void assertMoments(Moments expected, Moments actual) {
    assertEquals(expected.tokens(), actual.tokens());
    assertClose(of(expected.gram()), of(actual.gram()));
    assertClose(expected.mean(), actual.mean());
    assertClose(expected.meanMagnitude(), actual.meanMagnitude());
  }

  private static double[] of(Matrix matrix) {
    double[] all = new double[matrix.rows() * matrix.cols()];
    for (int i = 0; i < matrix.rows(); i++) {
      long start = matrix.offset() + (long) i * matrix.stride();
      matrix.data().read(start, all, i * matrix.cols(), matrix.cols());
    }
    return all;
  }

  private static void assertClose(double[] expected, double[] actual) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertTrue(largest > 0);
    assertArrayEquals(expected, actual, 1e-3 * largest);
  }
}
