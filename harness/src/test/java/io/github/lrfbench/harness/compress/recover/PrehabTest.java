package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.SlowSvd;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.FineTuning;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrehabTest {
  private static final Budget BUDGET = new Budget.Keep(0.4);
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query";

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private TaskCase bert() throws IOException {
    return new TaskCase(deviceId(), folder);
  }

  private static PrehabSettings settings(double lambda) {
    return new PrehabSettings(Penalty.STABLE_RANK, lambda, 0.5);
  }

  private static TrainingSettings training(int epochs) {
    AdamWSettings adam = new AdamWSettings(0.9, 0.999, 1e-8, 0);
    return new TrainingSettings(epochs, 1e-2, 8, 8, 0.1, adam, 0, 0, Selection.LAST, 3);
  }

  /** All weights by name. */
  private static Map<String, float[]> weights(Model model) {
    Map<String, float[]> weights = new TreeMap<>();
    model.weights().forEach(weight -> weights.put(weight.name(), weight.read()));
    return weights;
  }

  private static LinearSlot slot(Model model, String name) {
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

  /** With white inputs and no penalty; the query is one of three that lie side by side. */
  @ParameterizedTest
  @ValueSource(strings = {QUERY, "bert.encoder.layer.0.attention.output.dense"})
  void withoutPenaltyItIsTrainingOfTheseMatricesAlone(String name) throws IOException {
    try (TaskCase task = bert();
        Model plain = task.model().copy();
        Model copy = task.model().copy();
        Scope scope = copy.device().openScope()) {
      double[][] white = new double[12][12];
      for (int i = 0; i < 12; i++) {
        white[i][i] = Math.sqrt(12);
      }
      try (ActivationMoments moments = InputMoments.of(name, white, scope);
          WhitenedWeights whitened =
              new WhitenedWeights(List.of(slot(copy, name)), moments, settings(0))) {
        Trainer.train(
            copy,
            whitened.weights(copy),
            task.examples(),
            training(2),
            whitened,
            TrainingListener.NONE);
      }
      Map<String, float[]> before = weights(task.model());
      Map<String, float[]> after = weights(copy);
      String trained = name + ".weight";
      assertFalse(Arrays.equals(before.remove(trained), after.get(trained)));
      before.forEach((other, values) -> assertArrayEquals(values, after.get(other), other));
      if (!name.equals(QUERY)) {
        List<Parameter> own =
            plain.weights().stream().filter(weight -> weight.name().equals(trained)).toList();
        Trainer.train(
            plain, own, task.examples(), training(2), (Distillation) null, TrainingListener.NONE);
        assertArrayEquals(weights(plain).get(trained), after.get(trained), 1e-5f);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"prehab, stable rank", "prehab:penalty=tail:keep=0.4, tail"})
  void thePenaltyLowersWhatItMeasures(String method, String told) throws IOException {
    try (TaskCase task = bert()) {
      String options = ":epochs=3:lr=0.01";
      Compression with =
          task.compress(method + ":lambda=20" + options + "+drone", BUDGET, Allocation.UNIFORM);
      Compression without =
          task.compress(method + ":lambda=0" + options + "+drone", BUDGET, Allocation.UNIFORM);
      double[] sums = new double[2];
      for (int i = 0; i < 2; i++) {
        for (LayerReport layer : (i == 0 ? with : without).layers()) {
          String note = layer.diagnostics().note();
          assertTrue(note.contains("stable rank ") && note.contains(" -> "), note);
          String last = note.substring(note.lastIndexOf(told)).split(" -> ")[1];
          // No stable rank is below 1.
          sums[i] += Double.parseDouble(last.split("[;,]")[0]) - (told.equals("tail") ? 0 : 1);
        }
      }
      assertTrue(sums[0] < 0.9 * sums[1], sums[0] + " of " + sums[1]);
      double before = Double.parseDouble(with.parameters().get("prehab.stable_rank_before"));
      assertEquals(
          before, Double.parseDouble(without.parameters().get("prehab.stable_rank_before")));
      assertNotEquals(
          with.parameters().get("prehab.stable_rank_after"),
          without.parameters().get("prehab.stable_rank_after"));
      assertEquals("drone", with.parameters().get("budget_stage"));
    }
  }

  /** The next stage sees the trained matrices, and statistics of the model that they are in. */
  @ParameterizedTest
  @ValueSource(strings = {"drone", "nsvd", "svd:bias=compensate"})
  void theNextStageWorksOnThePreparedModel(String next) throws IOException {
    String prehab = "prehab:lambda=1:lr=0.01";
    try (TaskCase task = bert();
        Scope scope = task.model().device().openScope()) {
      Compression chained = task.compress(prehab + "+" + next, BUDGET, Allocation.UNIFORM);
      Compression prepared =
          new PrehabCompressor().compress(task.request(prehab + "+svd", null, Allocation.UNIFORM));
      assertEquals(task.slots().size(), prepared.replacements().size());
      try (Model dense = task.model().with(prepared.replacements());
          Calibrator own = task.calibrator().of(dense);
          FactorizationCache cache = new FactorizationCache(dense.device())) {
        Compression alone =
            MethodChain.parse(next)
                .compress(
                    new CompressionRequest(
                        dense,
                        dense.slots(),
                        BUDGET,
                        Allocation.UNIFORM,
                        MethodOptions.NONE,
                        own,
                        cache,
                        scope,
                        0,
                        words -> {}));
        assertEquals(alone.replacements().keySet(), chained.replacements().keySet());
        for (String slot : alone.replacements().keySet()) {
          Linear expected = alone.replacements().get(slot);
          Linear actual = chained.replacements().get(slot);
          assertEquals("lowrank", actual.form());
          assertArrayEquals(expected.bias().toFloats(), actual.bias().toFloats(), slot);
          assertArrayEquals(
              expected.factors().down().data().toFloats(),
              actual.factors().down().data().toFloats(),
              slot);
        }
      }
    }
  }

  @Test
  void aBudgetGoesOnToLaterStages() throws IOException {
    try (TaskCase task = bert()) {
      Compression made =
          task.compress("prehab:lambda=0+joint-attention+drone", BUDGET, Allocation.UNIFORM);
      assertTrue(made.layers().stream().allMatch(LayerReport::replaced));
    }
  }

  /** A stacked matrix, its third alone, and a model whose parts are stored otherwise. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gpt2(boolean split) throws IOException {
    Path checkpoint = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    Gpt2Options options = new Gpt2Options(split, false, false);
    try (TaskCase task = new TaskCase(deviceId(), folder.resolve("case"), checkpoint, options)) {
      Compression made = task.compress("prehab:lambda=5:lr=0.01+drone", BUDGET, Allocation.UNIFORM);
      assertTrue(
          made.layers().stream()
              .allMatch(layer -> layer.diagnostics().note().startsWith("stable rank ")));
      assertTrue(made.layers().stream().anyMatch(LayerReport::replaced));
    }
  }

  /** What was interrupted anywhere ends as what was not, to the last bit. */
  @ParameterizedTest
  @CsvSource({"1, 1", "7, 2", "12, 0", "23, 5"})
  void interruptedTrainingsEndAsOthers(long step, long saveEvery) throws IOException {
    try (TaskCase task = bert()) {
      Map<String, float[]> whole = tune(task, folder.resolve("whole"), 0, -1);
      Path broken = folder.resolve("broken");
      assertThrows(IllegalStateException.class, () -> tune(task, broken, saveEvery, step));
      Map<String, float[]> resumed = tune(task, broken, saveEvery, -1);
      whole.forEach((name, values) -> assertArrayEquals(values, resumed.get(name), name));
    }
  }

  private Map<String, float[]> tune(TaskCase task, Path out, long saveEvery, long failing) {
    try (Model copy = task.model().copy();
        WhitenedWeights whitened =
            new WhitenedWeights(copy.slots(), task.calibrator().moments(), settings(2))) {
      FineTuning.run(
          new FineTuning.Job(
              copy, whitened.weights(copy), target -> {}, out, "same", saveEvery, whitened),
          task.examples(),
          training(3),
          null,
          new TrainingListener() {
            @Override
            public void step(int e, long step, long t, double loss, double rate, double s) {
              if (step == failing) {
                throw new IllegalStateException("interrupted");
              }
            }
          });
      assertTrue(whitened.stableRank() < whitened.stableRankBefore());
      return weights(copy);
    }
  }
}
