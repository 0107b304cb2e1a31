package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.calibrate.OutputDivergence.Changed;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputDivergenceTest {
  @TempDir private Path folder;

  /** A figure of the specification. */
  @Test
  void ofLogitsAtTheTemperature() {
    float[] teacher = {2, 0};
    float[] student = {1, 0};
    double[] one = {1};
    assertEquals(0.080547, OutputDivergence.divergence(teacher, student, one, false), 1e-6);
    assertEquals(0, OutputDivergence.divergence(teacher, teacher, one, false), 1e-15);
    float[] far = {3000, -3000};
    float[] other = {-3000, 3000};
    assertEquals(10000, OutputDivergence.divergence(far, other, one, false), 1e-6);
    assertTrue(
        Double.isNaN(OutputDivergence.divergence(teacher, new float[] {Float.NaN, 0}, one, false)));
  }

  @Test
  void ofScoresAndOfRowsThatDoNotCount() {
    float[] scores = {1, 2, 5};
    float[] others = {1.5f, 2, 1};
    double[] weights = {1, 2, 0.5};
    assertEquals(0.25 + 8, OutputDivergence.divergence(scores, others, weights, true), 1e-12);
    double[] last = {0, 0, 1};
    assertEquals(16, OutputDivergence.divergence(scores, others, last, true), 1e-12);
  }

  /** What is further away than the mean of all outputs says nothing any more. */
  @Test
  void aConstantDivergesByTheSpread() {
    OutputDivergence.Mean scores = new OutputDivergence.Mean();
    scores.add(new float[] {1, 2, 6}, new double[] {1, 1, 1}, true);
    assertEquals(14, scores.spread(), 1e-12);
    OutputDivergence.Mean classes = new OutputDivergence.Mean();
    float[] logits = {2, 0, -1, 1};
    classes.add(logits, new double[] {1, 1}, false);
    double a = 1 / (1 + Math.exp(-2 / 0.6));
    double b = 1 / (1 + Math.exp(2 / 0.6));
    double mean = (a + b) / 2;
    double expected = 0;
    for (double p : new double[] {a, b}) {
      expected += p * Math.log(p / mean) + (1 - p) * Math.log((1 - p) / (1 - mean));
    }
    assertEquals(expected, classes.spread(), 1e-9);
    OutputDivergence.Mean equal = new OutputDivergence.Mean();
    equal.add(new float[] {3, 1, 3, 1}, new double[] {1, 1}, false);
    assertEquals(0, equal.spread(), 1e-12);
  }

  private static TrainingSet examples(boolean texts, boolean regression) {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int length = 3 + random.nextInt(5);
      sequences.add(new TokenSequence(random.ints(length, 0, 15).toArray(), new int[length]));
    }
    int[] first = new int[20];
    Arrays.fill(first, 1);
    return texts
        ? new TextExamples(sequences, first)
        : new LabelledExamples(sequences, new double[20], regression);
  }

  private static Linear cut(LinearSlot slot, Scope scope, SplittableRandom random) {
    float[] down = new float[slot.linear().inputs()];
    float[] up = new float[slot.linear().outputs()];
    for (float[] factor : List.of(down, up)) {
      for (int i = 0; i < factor.length; i++) {
        factor[i] = (float) random.nextGaussian();
      }
    }
    LowRankFactors factors =
        new LowRankFactors(
            Matrix.of(scope.floats(down, down.length, 1)),
            Matrix.of(scope.floats(up, 1, up.length)));
    return new LowRankLinear(factors, slot.linear().bias());
  }

  /** From the block of a cut on as from the beginning, of every kind of model. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "score", "gpt2", "lm"})
  void whatIsBeforeACutNeedNotRunAgain(String kind) throws IOException {
    Path path = folder.resolve("model");
    Path checkpoint =
        switch (kind) {
          case "bert" -> TinyCheckpoint.bert(path, 3);
          case "distilbert" -> TinyCheckpoint.distilbert(path, 2);
          case "score" -> TinyCheckpoint.bert(path, 1);
          default -> TinyCheckpoint.gpt2(path, kind.equals("lm") ? 0 : 2);
        };
    TrainingSet examples = examples(kind.equals("lm"), kind.equals("score"));
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(checkpoint, device);
        Scope scope = device.openScope()) {
      SplittableRandom random = new SplittableRandom(9);
      List<Changed> resumed = new ArrayList<>();
      List<Changed> whole = new ArrayList<>();
      for (LinearSlot slot : loaded.model().slots()) {
        Model model = loaded.model().with(Map.of(slot.name(), cut(slot, scope, random)));
        resumed.add(new Changed(model, slot.layer()));
        whole.add(new Changed(model, 0));
      }
      double[] expected = new double[whole.size()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = slow(loaded.model(), whole.get(i).model(), examples);
        assertTrue(expected[i] > 1e-9, "the cut of matrix " + i + " changes nothing");
      }
      for (List<Changed> models : List.of(resumed, whole)) {
        double[] found = OutputDivergence.of(loaded.model(), models, examples).ofEach();
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], found[i], 1e-4 * expected[i] + 1e-9, kind + " " + i);
        }
      }
      int blocks = loaded.model().slots().stream().mapToInt(LinearSlot::layer).max().orElse(0) + 1;
      double[] untouched =
          OutputDivergence.of(
                  loaded.model(), List.of(new Changed(loaded.model(), blocks)), examples)
              .ofEach();
      assertArrayEquals(new double[1], untouched, 1e-9);
      resumed.forEach(changed -> changed.model().close());
    }
  }

  /** Example by example, probabilities one by one. */
  private static double slow(Model original, Model other, TrainingSet examples) {
    double sum = 0;
    for (int i = 0; i < examples.size(); i++) {
      TrainingSet one = examples.subset(new int[] {i});
      float[] p = outputs(original, one);
      float[] q = outputs(other, one);
      double[] weights = one.weights();
      int width = p.length / weights.length;
      for (int row = 0; row < weights.length; row++) {
        if (width == 1) {
          sum += weights[row] * Math.pow(p[row] - q[row], 2);
          continue;
        }
        double ofP = 0;
        double ofQ = 0;
        for (int j = row * width; j < (row + 1) * width; j++) {
          ofP += Math.exp(p[j] / 0.6);
          ofQ += Math.exp(q[j] / 0.6);
        }
        for (int j = row * width; j < (row + 1) * width; j++) {
          double share = Math.exp(p[j] / 0.6) / ofP;
          sum += weights[row] * share * Math.log(share * ofQ / Math.exp(q[j] / 0.6));
        }
      }
    }
    return sum / examples.size();
  }

  private static float[] outputs(Model model, TrainingSet examples) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenBatch tokens = TokenBatch.of(scope, examples.sequences(), model.info());
      return examples.outputs(ops, model, tokens, null).toFloats();
    }
  }

  @Test
  void blocksThatTurnTheirInputsChangeThem() {
    float[] before = {1, 0, 2, 0, 0, 0};
    float[] after = {3, 0, 0, 5, 1, 1};
    assertEquals(1, BlockInfluence.changes(before, after, 2), 1e-12);
    float[] opposite = {-1, 0, 0, -2, 7, 7};
    assertEquals(3, BlockInfluence.changes(before, opposite, 2), 1e-12);
  }
}
