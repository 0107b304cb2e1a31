package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.SlowSvd;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrices in whitened coordinates beside plain loops and plain training. */
class WhitenedWeightsTest {
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query";

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private TaskCase bert() throws IOException {
    return new TaskCase(deviceId(), folder);
  }

  static PrehabSettings settings(double lambda) {
    return new PrehabSettings(Penalty.STABLE_RANK, lambda, 0.5);
  }

  static TrainingSettings training(int epochs) {
    AdamWSettings adam = new AdamWSettings(0.9, 0.999, 1e-8, 0);
    return new TrainingSettings(epochs, 1e-2, 8, 8, 0.1, adam, 0, 0, Selection.LAST, 3);
  }

  /** All weights by name. */
  static Map<String, float[]> weights(Model model) {
    Map<String, float[]> weights = new TreeMap<>();
    model.weights().forEach(weight -> weights.put(weight.name(), weight.read()));
    return weights;
  }

  static LinearSlot slot(Model model, String name) {
    return model.slots().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static double[][] rows(Matrix x) {
    try (Scope scratch = x.device().openScope()) {
      Matrix copy = Matrix.of(scratch.allocate(DType.F64, x.rows(), x.cols()));
      x.device().blas().copy(x, copy);
      double[] flat = copy.data().toDoubles();
      double[][] rows = new double[x.rows()][];
      Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * x.cols(), (i + 1) * x.cols()));
      return rows;
    }
  }

  private static void assertClose(double[][] expected, double[][] actual, double tolerance) {
    double scale =
        Arrays.stream(expected).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], tolerance * scale, "row " + i);
    }
  }

  @Test
  void theRootIsThatOfTheMeanMomentOrHasAFloor() throws IOException {
    double[][] fixture = {{1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}};
    try (TaskCase task = bert();
        Scope scope = task.model().device().openScope()) {
      double[][][] inputs = {
        fixture, {{1, 2}, {4, 0}, {0, 1}}, new double[3][4], {{1e-9}, {0}, {0}}
      };
      for (double[][] x : inputs) {
        try (ActivationMoments moments = InputMoments.of("w", x, scope)) {
          double[][] l = rows(WhitenedWeights.root("w", moments.of("w"), scope));
          double[][] product = SlowSvd.product(l, SlowSvd.transposed(l));
          double[][] mean = SlowSvd.product(x, SlowSvd.transposed(x));
          boolean spans = x == fixture;
          for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
              double ridge = i == j && !spans ? 1e-5 : 0;
              double expected = mean[i][j] / x[0].length + ridge;
              assertEquals(expected, product[i][j], 1e-6 * (1e-5 + Math.abs(expected)));
            }
          }
        }
      }
    }
  }

  @Test
  void numbersThatAreNoneAreRefusedInALine() throws IOException {
    try (TaskCase task = bert();
        Scope scope = task.model().device().openScope()) {
      Matrix gram = Matrix.of(scope.doubles(new double[] {1, 0, 0, Double.NaN}, 2, 2));
      Moments none = new Moments(3, gram, new double[2], new double[2]);
      InputException inputs =
          assertThrows(InputException.class, () -> WhitenedWeights.root("w", none, scope));
      assertTrue(inputs.getMessage().contains("inputs of w"), inputs.getMessage());
      try (Model copy = task.model().copy()) {
        Matrix weight = slot(copy, QUERY).linear().dense();
        weight.data().write(weight.offset(), new double[] {Double.NaN}, 0, 1);
        InputException weights =
            assertThrows(
                InputException.class,
                () -> new WhitenedWeights(copy.slots(), task.calibrator().moments(), settings(1)));
        assertTrue(weights.getMessage().contains("weights of " + QUERY), weights.getMessage());
      }
    }
  }

  /** Without steps a model is what it was, to the last bit. */
  @Test
  void coordinatesAloneChangeNothing() throws IOException {
    try (TaskCase task = bert();
        Model copy = task.model().copy();
        WhitenedWeights whitened =
            new WhitenedWeights(copy.slots(), task.calibrator().moments(), settings(1))) {
      whitened.step(() -> {});
      Map<String, float[]> before = weights(task.model());
      weights(copy).forEach((name, values) -> assertArrayEquals(before.get(name), values, name));
    }
  }

  /** A gradient G becomes G L⁻ᵀ, and a step D in M = W L the step D L⁻¹ in W. */
  @Test
  void gradientsAndStepsAreThoseOfPlainLoops() throws IOException {
    try (TaskCase task = bert();
        Model copy = task.model().copy();
        Scope scope = copy.device().openScope();
        WhitenedWeights whitened =
            new WhitenedWeights(copy.slots(), task.calibrator().moments(), settings(0));
        GradientBuffers gradients = new GradientBuffers(copy.device(), whitened.weights(copy))) {
      SplittableRandom random = new SplittableRandom(1);
      gradients.tensors().forEach(tensor -> fill(gradients.of(tensor), random));
      Map<String, double[][]> slopes = parts(copy, gradients);
      Map<String, double[][]> before = weightRows(copy);
      assertEquals(0, whitened.turn(gradients, 0, 0, 5));
      Map<String, double[][]> turned = parts(copy, gradients);
      whitened.step(
          () ->
              whitened
                  .weights(copy)
                  .forEach(
                      weight ->
                          copy.device()
                              .gradients()
                              .addScaled(0.1, gradients.of(weight), weight.value())));
      Map<String, double[][]> after = weightRows(copy);
      for (LinearSlot slot : copy.slots()) {
        Moments moments = task.calibrator().moments().of(slot.name());
        double[][] l = rows(WhitenedWeights.root(slot.name(), moments, scope));
        // All lie transposed: L Gᵀ' = Gᵀ, and Lᵀ (W' − W)ᵀ = Dᵀ.
        assertClose(slopes.get(slot.name()), SlowSvd.product(l, turned.get(slot.name())), 1e-4);
        double[][] step = SlowSvd.difference(after.get(slot.name()), before.get(slot.name()));
        double[][] back = SlowSvd.product(SlowSvd.transposed(l), step);
        double[][] expected = turned.get(slot.name());
        for (double[] row : expected) {
          Arrays.setAll(row, j -> 0.1 * row[j]);
        }
        assertClose(expected, back, 1e-4);
      }
    }
  }

  private static void fill(Tensor tensor, SplittableRandom random) {
    double[] values = new double[(int) tensor.shape().size()];
    Arrays.setAll(values, i -> random.nextGaussian());
    tensor.write(0, values, 0, values.length);
  }

  private static Map<String, double[][]> parts(Model model, GradientBuffers gradients) {
    return model.slots().stream()
        .collect(
            Collectors.toMap(
                LinearSlot::name,
                slot -> {
                  Matrix w = slot.linear().dense();
                  return rows(
                      new Matrix(
                          gradients.of(w.data()), w.offset(), w.rows(), w.cols(), w.stride()));
                }));
  }

  private static Map<String, double[][]> weightRows(Model model) {
    return model.slots().stream()
        .collect(Collectors.toMap(LinearSlot::name, slot -> rows(slot.linear().dense())));
  }
}
