package io.github.lrfbench.harness.compress.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SvdHeadCompressorTest {
  private static final Budget ALL = new Budget.Keep(1);

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private TaskCase open(String model) throws IOException {
    Path directory = folder.resolve("model");
    return switch (model) {
      case "bert" -> new TaskCase(deviceId(), folder);
      case "distilbert" ->
          new TaskCase(deviceId(), folder, TinyCheckpoint.distilbert(directory, 2));
      default -> new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(directory, 2));
    };
  }

  /** The hidden state of the token that the head reads, of one sequence. */
  private static double[] state(TaskCase task, TokenSequence sequence) {
    try (Scope scope = task.model().device().openScope();
        Ops ops = new EagerOps(task.model().device())) {
      List<Tensor> states = task.model().hiddenStates(ops, TokenBatch.of(scope, List.of(sequence)));
      double[] last = states.get(states.size() - 1).toDoubles();
      int width = task.model().info().hiddenSize();
      boolean first = !task.model().info().architecture().equals("gpt2");
      int row = first ? 0 : sequence.length() - 1;
      return Arrays.copyOfRange(last, row * width, (row + 1) * width);
    }
  }

  private static double[][] states(TaskCase task) {
    return task.examples().sequences().stream()
        .map(sequence -> state(task, sequence))
        .toArray(double[][]::new);
  }

  private static double[][] targets(TaskCase task) {
    return Arrays.stream(task.examples().targets())
        .mapToObj(target -> target == 0 ? new double[] {1, 0} : new double[] {0, 1})
        .toArray(double[][]::new);
  }

  private static double[][] centred(double[][] rows) {
    double[][] centred = new double[rows.length][rows[0].length];
    for (int j = 0; j < rows[0].length; j++) {
      int at = j;
      double mean = Arrays.stream(rows).mapToDouble(row -> row[at]).average().orElseThrow();
      for (int i = 0; i < rows.length; i++) {
        centred[i][j] = rows[i][j] - mean;
      }
    }
    return centred;
  }

  /** The least-squares matrix by elimination, with the ridge that was reported. */
  private static double[] expected(double[][] x, double[][] t, double relativeRidge) {
    double[][] features = centred(x);
    double squares = Arrays.stream(features).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
    double ridge = relativeRidge * squares / x[0].length;
    return Arrays.stream(NormalEquations.solve(features, centred(t), ridge))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private static double[] matrix(Linear linear, TaskCase task) {
    Matrix w = Matrix.of(task.scope().allocate(DType.F32, linear.outputs(), linear.inputs()));
    linear.materialize(task.model().device(), w);
    return w.data().toDoubles();
  }

  private static float[] logits(Model model, List<TokenSequence> sequences) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model.forward(ops, TokenBatch.of(scope, sequences)).toFloats();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "gpt2"})
  void theLinearHeadIsTheLeastSquaresMapOfTheHiddenStates(String model) throws IOException {
    try (TaskCase task = open(model)) {
      // Half of the examples are of the rarer class or fewer: means matter.
      Compression solved = task.compress("svd-head", new Budget.Rank(2), Allocation.UNIFORM);
      String name = task.model().classifier();
      assertEquals(1, solved.replacements().size());
      LowRankLinear layer = (LowRankLinear) solved.replacements().get(name);
      assertEquals(2, layer.rank());
      LayerReport report = solved.layers().get(0);
      double[][] x = states(task);
      double[] k = expected(x, targets(task), report.diagnostics().ridge());
      double largest = Arrays.stream(k).map(Math::abs).max().orElseThrow();
      assertArrayEquals(k, matrix(layer, task), 2e-3 * largest);
      try (Model replaced = task.model().with(solved.replacements())) {
        float[] logits = logits(replaced, task.examples().sequences());
        double[] w = matrix(layer, task);
        double squares = 0;
        double[] sums = new double[2];
        for (int i = 0; i < x.length; i++) {
          for (int c = 0; c < 2; c++) {
            double sum = layer.bias().toDoubles()[c];
            for (int j = 0; j < x[i].length; j++) {
              sum += w[c * x[i].length + j] * x[i][j];
            }
            assertEquals(sum, logits[2 * i + c], 1e-3);
            squares += Math.pow(targets(task)[i][c] - sum, 2);
            sums[c] += targets(task)[i][c] - sum;
          }
        }
        assertEquals(report.outputError(), Math.sqrt(squares), 1e-3);
        assertArrayEquals(new double[2], sums, 1e-2, "no class is favoured");
        assertTrue(report.outputError() < report.outputNorm());
        long heads =
            task.model().headLayers().values().stream().mapToLong(Linear::parameters).sum();
        assertEquals(heads, report.parametersDense());
        assertEquals(2 * (12 + 2), report.parameters());
        assertEquals(
            replaced.weights().stream().mapToLong(weight -> weight.size()).sum(),
            replaced.parameters());
      }
    }
  }

  @Test
  void moreRankErrsNoMoreAndEnergyIsOfThePredictions() throws IOException {
    try (TaskCase task = open("bert")) {
      double two = error(task, new Budget.Rank(2));
      double one = error(task, new Budget.Rank(1));
      // Two classes are the opposites of each other: the second direction is empty.
      assertEquals(two, one, 1e-3);
      assertEquals(two, error(task, new Budget.Rank(9)), 1e-9, "no more than the outputs");
      Compression most = task.compress("svd-head", new Budget.Energy(0.9), Allocation.UNIFORM);
      assertEquals(1, most.layers().get(0).rank());
    }
  }

  private static double error(TaskCase task, Budget budget) {
    return task.compress("svd-head", budget, Allocation.UNIFORM).layers().get(0).outputError();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "elm"})
  void outputsAreFittedToWhatTheUnitsGive(String form) throws IOException {
    try (TaskCase task = open("bert")) {
      Compression solved =
          task.compress("svd-head:form=" + form, new Budget.Keep(0.5), Allocation.UNIFORM);
      String classifier = task.model().classifier();
      assertEquals(task.model().headLayers().keySet(), solved.replacements().keySet());
      DenseLinear last = (DenseLinear) solved.replacements().get(classifier);
      DenseLinear first =
          (DenseLinear)
              solved.replacements().entrySet().stream()
                  .filter(entry -> !entry.getKey().equals(classifier))
                  .map(Map.Entry::getValue)
                  .findFirst()
                  .orElseThrow();
      // Half of 12 x 12 + 2 x 12 numbers at 12 + 2 for a unit.
      assertEquals(6, first.outputs());
      double[][] x = states(task);
      double[] w = matrix(first, task);
      double[] bias = first.bias().toDoubles();
      double[][] units = new double[x.length][6];
      for (int i = 0; i < x.length; i++) {
        for (int unit = 0; unit < 6; unit++) {
          double sum = bias[unit];
          for (int j = 0; j < 12; j++) {
            sum += w[unit * 12 + j] * x[i][j];
          }
          units[i][unit] = Math.tanh(sum);
        }
      }
      LayerReport report = solved.layers().get(0);
      assertEquals(6, report.rank());
      double[] k = expected(units, targets(task), report.diagnostics().ridge());
      double largest = Arrays.stream(k).map(Math::abs).max().orElseThrow();
      assertArrayEquals(k, matrix(last, task), 0.02 * largest);
      Compression again =
          task.compress("svd-head:form=" + form, new Budget.Keep(0.5), Allocation.UNIFORM);
      assertEquals(report.outputError(), again.layers().get(0).outputError(), 1e-9);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert svd-head",
        "bert svd-head:form=tanh",
        "distilbert svd-head",
        "gpt2 svd-head"
      })
  void theCheckpointIsReadAgain(String modelAndMethod) throws IOException {
    String[] parts = modelAndMethod.split(" ");
    Path written = folder.resolve("written");
    try (TaskCase task = open(parts[0])) {
      Compression solved = task.compress(parts[1], new Budget.Keep(0.4), Allocation.UNIFORM);
      List<TokenSequence> sequences = task.examples().sequences().subList(0, 5);
      float[] expected;
      long parameters;
      try (Model replaced = task.model().with(solved.replacements())) {
        expected = logits(replaced, sequences);
        parameters = replaced.parameters();
        try (Model copy = replaced.copy()) {
          assertArrayEquals(expected, logits(copy, sequences));
          assertEquals(parameters, copy.parameters());
        }
      }
      try (Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        CompressedCheckpoint checkpoint = new CompressedCheckpoint(source, task.model(), solved);
        assertThrows(
            InputException.class,
            () -> checkpoint.write(written, true, JsonNodeFactory.instance.objectNode()));
        checkpoint.write(written, false, JsonNodeFactory.instance.objectNode());
      }
      try (LoadedModel loaded = LoadedModel.open(written, task.model().device())) {
        assertArrayEquals(expected, logits(loaded.model(), sequences));
        assertEquals(parameters, loaded.model().parameters());
      }
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() throws IOException {
    try (TaskCase bert = open("bert")) {
      refuses(
          bert.request("svd-head:form=tanh", new Budget.Energy(0.5), Allocation.UNIFORM),
          "--energy");
      CompressionRequest all = bert.request("svd-head", ALL, Allocation.UNIFORM);
      refuses(
          new CompressionRequest(
              all.model(),
              all.slots().subList(0, 1),
              all.budget(),
              all.options(),
              all.statistics(),
              all.cache(),
              all.scope(),
              0),
          "--layers");
    }
    InputException shared =
        assertThrows(
            InputException.class,
            () -> MethodSpec.parse("svd-head").check(new Allocation(Policy.GREEDY, 1)));
    assertTrue(shared.getMessage().contains("--allocate"), shared.getMessage());
    MethodSpec.parse("svd-head").check(Allocation.UNIFORM);
    MethodSpec.parse("svd").check(new Allocation(Policy.GREEDY, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"distilbert", "gpt2"})
  void aHeadWithoutTanhHasNoUnitsOfIt(String model) throws IOException {
    try (TaskCase task = open(model)) {
      refuses(task.request("svd-head:form=elm", ALL, Allocation.UNIFORM), "form=linear");
    }
  }

  @Test
  void aLanguageModelHasNoHeadToSolve() throws IOException {
    Path directory = TinyCheckpoint.gpt2(folder.resolve("lm"), 0);
    try (TaskCase task = new TaskCase(deviceId(), folder, directory)) {
      refuses(task.request("svd-head", ALL, Allocation.UNIFORM), "has none");
    }
  }

  private static void refuses(CompressionRequest request, String part) {
    InputException refused =
        assertThrows(InputException.class, () -> new SvdHeadCompressor().compress(request));
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }
}
