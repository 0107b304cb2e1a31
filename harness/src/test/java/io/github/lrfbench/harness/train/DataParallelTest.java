package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.exchange.Exchanged;
import io.github.lrfbench.harness.exchange.GradiVeqSettings;
import io.github.lrfbench.harness.exchange.GradientCompression;
import io.github.lrfbench.harness.exchange.PowerSgdSettings;
import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that share batches, beside one that does all. */
class DataParallelTest {
  private static final PowerSgdSettings POWER_SGD =
      new PowerSgdSettings(2, true, true, false, 1, 0);

  private static Workers workers(int count, GradientCompression compression) {
    return new Workers(count, compression, List.of(new Link(1, 0)));
  }

  private static List<Double> losses(TrainingSettings settings, Workers workers) {
    return TrainerTest.losses("cpu", new DeviceOptions(2), settings, workers);
  }

  /** Batches of 10 are shared unevenly, and the last of an epoch has 8 examples. */
  @ParameterizedTest
  @CsvSource({"1, 10", "3, 10", "3, 2", "10, 10"})
  void whatIsNotCompressedIsTheWholeBatchesGradient(int count, int microBatch) {
    TrainingSettings settings = TrainerTest.settings(10, microBatch, 3);
    List<Double> one = losses(settings, null);
    List<Double> many = losses(settings, workers(count, GradientCompression.NONE));
    assertEquals(one.size(), many.size());
    for (int i = 0; i < one.size(); i++) {
      assertEquals(one.get(i), many.get(i), 1e-4, "step " + i);
    }
  }

  @Test
  void compressedGradientsTrainToo() {
    TrainingSettings settings = TrainerTest.settings(16, 16, 3);
    List<Double> whole = losses(settings, workers(4, GradientCompression.NONE));
    for (GradientCompression compression :
        List.of(POWER_SGD, new GradiVeqSettings(64, 2, 3, 4, 0, false))) {
      List<Double> actual = losses(settings, workers(4, compression));
      assertFalse(whole.equals(actual));
      assertEquals(whole.get(5), actual.get(5), 0.1);
      assertEquals(actual, losses(settings, workers(4, compression)));
    }
  }

  /** What a teacher says is shared out like the labels. */
  @Test
  void workersFollowATeacher() {
    EncoderConfig config = TrainerTest.config(0);
    TrainingSettings settings = TrainerTest.settings(16, 16, 3);
    List<List<Double>> losses = new ArrayList<>();
    for (Workers workers : Arrays.asList(null, workers(3, GradientCompression.NONE))) {
      List<Double> own = new ArrayList<>();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void step(int e, long s, long t, double loss, double rate, double seconds) {
              own.add(loss);
            }
          };
      try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
          Model student = random(config, 1, device);
          Model teacher = random(config, 2, device)) {
        Distillation distillation =
            new Distillation(teacher, new DistillationWeights(0.5, 0, 0, 0), 2);
        new Trainer(
                student,
                student.weights(),
                TrainerTest.examples(),
                settings,
                null,
                listener,
                null,
                0,
                distillation,
                null,
                workers)
            .run();
      }
      losses.add(own);
    }
    for (int i = 0; i < losses.get(0).size(); i++) {
      assertEquals(losses.get(0).get(i), losses.get(1).get(i), 1e-4);
    }
  }

  private static Model random(EncoderConfig config, long seed, Device device) {
    return EncoderLoader.load(config, EncoderLoader.randomWeights(config, seed), false, device);
  }

  /** A model of two parameters, whose gradients the test gives. */
  private static final class Fixture implements AutoCloseable {
    final Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    final Scope scope = device.openScope();
    final Matrix weight = Matrix.of(scope.zeros(DType.F32, 8, 6));
    final Tensor bias = scope.zeros(DType.F32, 6);
    final List<Parameter> trained =
        List.of(new Parameter("w", weight, Parameter.Storage.MATRIX), Parameter.vector("b", bias));
    final GradientBuffers target = new GradientBuffers(device, trained);
    final DataParallel parallel;
    final List<Exchanged> heard = new ArrayList<>();

    Fixture(Workers workers) {
      parallel = new DataParallel(device, trained, target, workers, 1);
    }

    /**
     * A step in which each example's gradient is drawn by its number.
     *
     * @param broken an example whose gradient is no number
     */
    double step(int[] batch, double scale, int broken) {
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void exchanged(Exchanged exchange) {
              heard.add(exchange);
            }
          };
      return parallel.gradientsOf(
          batch,
          heard.size(),
          scale,
          (all, from, to, into) -> {
            for (int i = from; i < to; i++) {
              float[] values = gradient(all[i], scale);
              values[7] = all[i] == broken ? Float.NaN : values[7];
              try (Scope scratch = device.openScope()) {
                Matrix row = Matrix.of(scratch.floats(values, 8, 6));
                device.gradients().addScaled(1, row, Matrix.of(into.of(weight.data())));
              }
            }
            return to - from;
          },
          listener);
    }

    /** That of a number below 0 is zero. */
    static float[] gradient(int example, double scale) {
      SplittableRandom random = new SplittableRandom(example);
      float[] values = new float[48];
      for (int i = 0; i < values.length; i++) {
        values[i] = example < 0 ? 0 : (float) (scale * random.nextGaussian());
      }
      return values;
    }

    float[] result() {
      return target.of(weight.data()).toFloats();
    }

    @Override
    public void close() {
      parallel.close();
      target.close();
      scope.close();
      device.close();
    }
  }

  /** Of two examples and five workers three have nothing to do; the sum is right all the same. */
  @ParameterizedTest
  @CsvSource({"5, 2, 1", "3, 7, 1024", "1, 4, 1"})
  void everyExampleCountsOnce(int count, int examples, double scale) {
    try (Fixture fixture = new Fixture(workers(count, GradientCompression.NONE))) {
      int[] batch = new int[examples];
      float[] expected = new float[48];
      for (int i = 0; i < examples; i++) {
        batch[i] = i + 10;
        float[] own = Fixture.gradient(batch[i], scale);
        for (int j = 0; j < own.length; j++) {
          expected[j] += own[j];
        }
      }
      assertEquals(examples, fixture.step(batch, scale, -1));
      assertArrayEquals(expected, fixture.result(), (float) (1e-5 * scale));
      assertEquals(1, fixture.heard.get(0).cosine(), 1e-6);
      assertEquals(0, fixture.heard.get(0).relativeError(), 1e-6);
    }
  }

  /** Errors are kept of the mean loss's gradient, whatever scale and batch a step has. */
  @Test
  void errorsDoNotDependOnTheLossesScale() {
    float[][] results = new float[2][];
    for (int turn = 0; turn < 2; turn++) {
      try (Fixture fixture = new Fixture(workers(2, POWER_SGD))) {
        fixture.step(new int[] {1, 2, 3, 4}, turn == 0 ? 1 : 4096, -1);
        fixture.step(new int[] {5, 6}, 1, -1);
        results[turn] = fixture.result();
      }
    }
    assertArrayEquals(results[0], results[1], 1e-5f);
  }

  /** As where the loss is scaled and a gradient overflows: the step is done again. */
  @Test
  void whatIsNoNumberIsNotExchanged() {
    try (Fixture fixture = new Fixture(workers(2, POWER_SGD));
        Fixture other = new Fixture(workers(2, POWER_SGD))) {
      fixture.step(new int[] {1, 2, 3}, 1, -1);
      other.step(new int[] {1, 2, 3}, 1, -1);
      fixture.step(new int[] {4, 5, 6}, 2, 5);
      assertTrue(Double.isNaN(fixture.target.norm()));
      assertEquals(1, fixture.heard.size());
      fixture.step(new int[] {4, 5, 6}, 1, -1);
      other.step(new int[] {4, 5, 6}, 1, -1);
      assertArrayEquals(other.result(), fixture.result());
      assertTrue(other.heard.get(1).relativeError() > 0.01);
      assertTrue(other.heard.get(1).cosine() > 0.5 && other.heard.get(1).cosine() < 1);
    }
  }

  @Test
  void aZeroGradientHasNoDirection() {
    try (Fixture fixture = new Fixture(workers(2, POWER_SGD))) {
      fixture.step(new int[] {1, 2}, 1, -1);
      fixture.step(new int[] {-2, -3}, 1, -1);
      assertTrue(Double.isNaN(fixture.heard.get(1).relativeError()));
    }
  }

  @Test
  void theLogTellsWhatIsSent() {
    Workers two = workers(2, POWER_SGD);
    try (Fixture fixture = new Fixture(two)) {
      fixture.step(new int[] {1, 2}, 1, -1);
      List<String> cells = two.cells(fixture.heard.get(0));
      assertEquals(two.columns().size(), cells.size());
      // Two factors of 8 x 6 at rank 2, and the bias with the first.
      assertEquals(Integer.toString(4 * (16 + 6 + 12)), cells.get(0));
      assertEquals(cells.get(0), cells.get(1));
      assertEquals(136e-9, Double.parseDouble(cells.get(5)), 1e-12);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void thereIsAWorker(int count) {
    assertThrows(InputException.class, () -> workers(count, GradientCompression.NONE));
  }
}
