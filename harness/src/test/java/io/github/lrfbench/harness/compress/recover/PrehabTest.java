package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.FineTuning;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stage in chains, and as a fine-tuning that is interrupted. */
class PrehabTest {
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query";
  private static final Budget BUDGET = new Budget.Keep(0.4);

  @TempDir private Path folder;

  private TaskCase bert() throws IOException {
    return new TaskCase("cpu", folder);
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
              new WhitenedWeights(
                  List.of(WhitenedWeightsTest.slot(copy, name)),
                  moments,
                  WhitenedWeightsTest.settings(0))) {
        Trainer.train(
            copy,
            whitened.weights(copy),
            task.examples(),
            WhitenedWeightsTest.training(2),
            null,
            whitened,
            TrainingListener.NONE);
      }
      Map<String, float[]> before = WhitenedWeightsTest.weights(task.model());
      Map<String, float[]> after = WhitenedWeightsTest.weights(copy);
      String trained = name + ".weight";
      assertFalse(Arrays.equals(before.remove(trained), after.get(trained)));
      before.forEach((other, values) -> assertArrayEquals(values, after.get(other), other));
      if (!name.equals(QUERY)) {
        List<Parameter> own =
            plain.weights().stream().filter(weight -> weight.name().equals(trained)).toList();
        Trainer.train(
            plain,
            own,
            task.examples(),
            WhitenedWeightsTest.training(2),
            (Distillation) null,
            TrainingListener.NONE);
        assertArrayEquals(
            WhitenedWeightsTest.weights(plain).get(trained), after.get(trained), 1e-5f);
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
    try (TaskCase task = new TaskCase("cpu", folder.resolve("case"), checkpoint, options)) {
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
            new WhitenedWeights(
                copy.slots(), task.calibrator().moments(), WhitenedWeightsTest.settings(2))) {
      FineTuning.run(
          new FineTuning.Job(
              copy, whitened.weights(copy), target -> {}, out, "same", saveEvery, whitened, null),
          task.examples(),
          WhitenedWeightsTest.training(3),
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
      return WhitenedWeightsTest.weights(copy);
    }
  }
}
