package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.Objective;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of a reference model against what one pass per example gives. */
class CalibratorTest {
  private static final double[] LABELS = {2, 0, 1};

  @TempDir private Path cache;

  private Device device;
  private GoldenModel golden;
  private List<TokenSequence> sequences;
  private final AtomicInteger passes = new AtomicInteger();

  @BeforeEach
  void open() throws IOException {
    Path folder = TestData.require("golden/bert-cls");
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    golden = GoldenModel.load(folder, device);
    sequences = GoldenInputs.read(folder);
  }

  @AfterEach
  void close() {
    if (golden != null) {
      golden.close();
      device.close();
    }
  }

  private Calibrator calibrator() {
    TrainingSet examples = new LabelledExamples(sequences, LABELS, false);
    return new Calibrator(golden.model(), examples, "key", cache, done -> passes.incrementAndGet());
  }

  /**
   * Means over single examples, by an ordinary backward pass for each.
   *
   * @param of what of a gradient's elements
   */
  private Map<String, double[]> oneByOne(DoubleUnaryOperator of) {
    Model model = golden.model();
    Map<String, double[]> squares = new HashMap<>();
    for (int s = 0; s < sequences.size(); s++) {
      try (GradientBuffers gradients = new GradientBuffers(device, model.weights());
          Scope scope = device.openScope();
          Tape tape = new Tape(device, gradients, null)) {
        TokenBatch batch = TokenBatch.of(scope, List.of(sequences.get(s)));
        Tensor logits = model.forward(tape.ops(), batch);
        float[] slope = new float[3];
        Objective.CROSS_ENTROPY.evaluate(
            logits.toFloats(), new double[] {LABELS[s]}, new double[] {1}, slope);
        tape.backward(logits, Matrix.of(scope.floats(slope, 1, 3)));
        for (Parameter parameter : model.weights()) {
          float[] gradient = parameter.read(gradients.of(parameter));
          double[] sum =
              squares.computeIfAbsent(parameter.name(), name -> new double[gradient.length]);
          for (int i = 0; i < sum.length; i++) {
            sum[i] += of.applyAsDouble(gradient[i]) / sequences.size();
          }
        }
      }
    }
    return squares;
  }

  @Test
  void fisherIsTheMeanOfSquaredGradientsOfSingleExamples() {
    Map<String, double[]> expected = oneByOne(gradient -> gradient * gradient);
    try (Calibrator calibrator = calibrator()) {
      assertAre(expected, slot -> calibrator.fisher().of(slot));
    }
  }

  @Test
  void meanGradientsAreMeansOfThoseOfSingleExamples() {
    Map<String, double[]> expected = oneByOne(gradient -> gradient);
    try (Calibrator calibrator = calibrator()) {
      assertAre(expected, slot -> calibrator.meanGradients().of(slot));
      assertSame(calibrator.meanGradients(), calibrator.meanGradients());
      assertThrows(
          IllegalArgumentException.class, () -> calibrator.meanGradients().of("no such slot"));
    }
  }

  /** Of every slot's matrix, transposed. */
  private void assertAre(Map<String, double[]> expected, Function<String, Matrix> actual) {
    for (LinearSlot slot : golden.model().slots()) {
      Matrix of = actual.apply(slot.name());
      double[] wanted = expected.get(slot.name() + ".weight");
      double largest = Arrays.stream(wanted).map(Math::abs).max().orElseThrow();
      assertTrue(largest > 0, slot.name());
      double[] column = new double[1];
      for (int i = 0; i < wanted.length; i++) {
        int row = i / of.rows();
        of.data().read(of.offset() + (long) (i % of.rows()) * of.stride() + row, column, 0, 1);
        assertEquals(wanted[i], column[0], 1e-4 * largest, slot.name() + " at " + i);
      }
    }
  }

  @Test
  void momentsOfTheFirstInputAreThoseOfTheEmbeddings() {
    try (Calibrator calibrator = calibrator();
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      Tensor embeddings = golden.model().hiddenStates(ops, TokenBatch.of(scope, sequences)).get(0);
      double[] x = embeddings.toDoubles();
      int n = (int) embeddings.shape().dim(1);
      int tokens = x.length / n;
      Moments moments = calibrator.moments().of(golden.model().slots().get(0).name());
      assertEquals(tokens, moments.tokens());
      double[] gram = new double[n * n];
      double[] mean = new double[n];
      double[] magnitude = new double[n];
      for (int t = 0; t < tokens; t++) {
        for (int i = 0; i < n; i++) {
          mean[i] += x[t * n + i] / tokens;
          magnitude[i] += Math.abs(x[t * n + i]) / tokens;
          for (int j = 0; j < n; j++) {
            gram[i * n + j] += x[t * n + i] * x[t * n + j];
          }
        }
      }
      assertArrayEquals(gram, moments.gram().data().toDoubles(), 1e-3);
      assertArrayEquals(mean, moments.mean(), 1e-6);
      assertArrayEquals(magnitude, moments.meanMagnitude(), 1e-6);
    }
  }

  /** What a sweep measures must not depend on which method asked first. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void momentsTakenOnTheWayBackAreThoseOfAForwardPass(boolean fisher, @TempDir Path second) {
    TrainingSet examples = new LabelledExamples(sequences, LABELS, false);
    try (Calibrator forward = calibrator();
        Calibrator back =
            new Calibrator(
                golden.model(), examples, "key", second, done -> passes.incrementAndGet())) {
      forward.moments();
      if (fisher) {
        back.fisher();
      } else {
        back.outputGradients(Labels.EXPECTED);
      }
      int before = passes.get();
      back.moments();
      assertEquals(before, passes.get(), "no pass of their own");
      for (LinearSlot slot : golden.model().slots()) {
        Moments expected = forward.moments().of(slot.name());
        Moments actual = back.moments().of(slot.name());
        assertEquals(expected.tokens(), actual.tokens());
        assertArrayEquals(
            expected.gram().data().toDoubles(), actual.gram().data().toDoubles(), slot.name());
        assertArrayEquals(expected.mean(), actual.mean(), slot.name());
        assertArrayEquals(expected.meanMagnitude(), actual.meanMagnitude(), slot.name());
        assertArrayEquals(
            forward.outputGradients(Labels.EXPECTED).of(slot.name()).outputs().data().toDoubles(),
            back.outputGradients(Labels.EXPECTED).of(slot.name()).outputs().data().toDoubles(),
            slot.name());
      }
    }
    try (Calibrator third =
        new Calibrator(golden.model(), examples, "key", second, done -> fail("it is on disk"))) {
      third.moments();
    }
  }

  @Test
  void theSecondCalibratorReadsWhatTheFirstCollected() throws IOException {
    String slot = golden.model().slots().get(3).name();
    double[] inputs;
    double[] gram;
    try (Calibrator first = calibrator()) {
      inputs = first.fisher().ofInputs(slot);
      gram = first.moments().of(slot).gram().data().toDoubles();
    }
    int before = passes.get();
    assertTrue(before > 0);
    try (Calibrator second = calibrator()) {
      assertArrayEquals(inputs, second.fisher().ofInputs(slot));
      // To the last bit, or a cell would depend on what was run before it.
      assertArrayEquals(gram, second.moments().of(slot).gram().data().toDoubles());
    }
    assertEquals(before, passes.get());
    // A damaged file is made anew.
    try (Stream<Path> files = Files.list(cache)) {
      for (Path file : files.toList()) {
        Files.writeString(file, "torn");
      }
    }
    try (Calibrator third = calibrator()) {
      assertArrayEquals(inputs, third.fisher().ofInputs(slot));
      assertEquals(gram[0], third.moments().of(slot).gram().data().toDoubles()[0], 1e-9);
    }
    assertTrue(passes.get() > before);
  }

  @Test
  void aCacheThatCannotBeWrittenIsDoneWithout() throws IOException {
    TrainingSet examples = new LabelledExamples(sequences, LABELS, false);
    Path below = Files.createFile(cache.resolve("file")).resolve("statistics");
    try (Calibrator calibrator =
        new Calibrator(golden.model(), examples, "key", below, done -> passes.incrementAndGet())) {
      String slot = golden.model().slots().get(0).name();
      assertTrue(calibrator.moments().of(slot).tokens() > 0);
      assertTrue(calibrator.fisher().of(slot).rows() > 0);
    }
  }
}
