package io.github.lrfbench.harness.compress.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of words in other forms: how near they come, who reads them, and what they count. */
class EmbeddingCompressorTest {
  @TempDir private Path folder;

  private TaskCase task;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @AfterEach
  void close() {
    if (task != null) {
      task.close();
    }
  }

  private void openBert() throws IOException {
    task = new TaskCase(kind(), folder);
  }

  private void openGpt2(Gpt2Options options) throws IOException {
    task = new TaskCase(kind(), folder, TinyCheckpoint.gpt2(folder.resolve("gpt2"), 0), options);
  }

  private Compression compress(String method, Budget budget) {
    return task.compress(method, budget, Allocation.UNIFORM);
  }

  private LinearSlot table() {
    return task.model().tables().get(0);
  }

  /** E [V, H]. */
  private double[][] rows(Linear table) {
    Tensor w = task.scope().allocate(DType.F32, table.outputs(), table.inputs());
    table.materialize(task.model().device(), Matrix.of(w));
    double[] values = w.toDoubles();
    double[][] rows = new double[table.inputs()][table.outputs()];
    for (int v = 0; v < rows.length; v++) {
      for (int i = 0; i < rows[v].length; i++) {
        rows[v][i] = values[i * rows.length + v];
      }
    }
    return rows;
  }

  /** Σ f ‖E_v − Ê_v‖². */
  private static double squaredError(double[][] e, double[][] other, double[] f) {
    double sum = 0;
    for (int v = 0; v < e.length; v++) {
      for (int i = 0; i < e[v].length; i++) {
        sum += f[v] * (e[v][i] - other[v][i]) * (e[v][i] - other[v][i]);
      }
    }
    return sum;
  }

  /** The eigenvalues of Σ f e eᵀ, ascending, by Jacobi's rotations in double precision. */
  private static double[] squaredSingularValues(double[][] e, double[] f) {
    int n = e[0].length;
    double[][] a = new double[n][n];
    for (int v = 0; v < e.length; v++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          a[i][j] += f[v] * e[v][i] * e[v][j];
        }
      }
    }
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          double angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
          double c = Math.cos(angle);
          double s = Math.sin(angle);
          for (int k = 0; k < n; k++) {
            double x = a[p][k];
            a[p][k] = c * x - s * a[q][k];
            a[q][k] = s * x + c * a[q][k];
          }
          for (int k = 0; k < n; k++) {
            double x = a[k][p];
            a[k][p] = c * x - s * a[k][q];
            a[k][q] = s * x + c * a[k][q];
          }
        }
      }
    }
    double[] values = new double[n];
    Arrays.setAll(values, i -> a[i][i]);
    Arrays.sort(values);
    return values;
  }

  private double[] frequencies(boolean weighted) {
    double[] ones = new double[table().linear().inputs()];
    Arrays.fill(ones, 1);
    return weighted
        ? Arrays.stream(task.calibrator().wordCounts()).map(count -> Math.max(count, 1)).toArray()
        : ones;
  }

  @ParameterizedTest
  @CsvSource({"frequency, 1", "frequency, 4", "none, 1", "none, 5"})
  void theErrorIsTheTailOfTheWeightedSpectrum(String weights, int rank) throws IOException {
    openBert();
    double[] f = frequencies(weights.equals("frequency"));
    double[][] e = rows(table().linear());
    Compression made = compress("embedding-svd:weights=" + weights, new Budget.Rank(rank));
    double[] spectrum = squaredSingularValues(e, f);
    double tail = Arrays.stream(spectrum).limit(spectrum.length - rank).sum();
    LinearSlot slot = table();
    Linear now = made.replacements().get(slot.name());
    assertEquals(1, made.replacements().size());
    assertEquals(tail, squaredError(e, rows(now), f), 1e-4 * tail);
    LayerReport report = made.layers().get(0);
    assertEquals(Math.sqrt(tail), report.diagnostics().predictedError(), 1e-4 * Math.sqrt(tail));
    double[] seen = task.calibrator().wordCounts();
    if (weights.equals("frequency")) {
      double error = Math.sqrt(squaredError(e, rows(now), seen));
      assertEquals(error, report.outputError(), 1e-4 * error);
      double norm = Math.sqrt(squaredError(e, new double[e.length][e[0].length], seen));
      assertEquals(norm, report.outputNorm(), 1e-4 * norm);
    }
    assertEquals((long) rank * (15 + 12), now.parameters());
  }

  /** With e = H nothing is lost. */
  @Test
  void theFullRankLosesNothing() throws IOException {
    openBert();
    double[] e = Arrays.stream(rows(table().linear())).flatMapToDouble(Arrays::stream).toArray();
    LowRankLinear whole =
        (LowRankLinear)
            new EmbeddingSvdCompressor()
                .decompose(
                    new DecompositionRequest(
                        List.of(new Target(table(), 12, false)),
                        MethodChain.parse("embedding-svd:weights=none")
                            .stages()
                            .get(0)
                            .method()
                            .options(),
                        null,
                        task.scope()))
                .get(0)
                .fit(11, task.scope())
                .map();
    double[] other = Arrays.stream(rows(whole)).flatMapToDouble(Arrays::stream).toArray();
    assertArrayEquals(e, other, 1e-5);
  }

  /** A with rows of its own for words, and B for all, by slow sums in double precision. */
  @ParameterizedTest
  @CsvSource({"frequency, 0.52, 2", "none, 0.52, 2", "none, 0.3, 4", "frequency, 0.1, 12"})
  void theNearestKroneckerProductIsFound(String weights, double keep, int width)
      throws IOException {
    openBert();
    double[] f = frequencies(weights.equals("frequency"));
    double[][] e = rows(table().linear());
    Compression made = compress("embedding-kronecker:weights=" + weights, new Budget.Keep(keep));
    Linear now = made.replacements().get(table().name());
    int parts = 12 / width;
    assertEquals(15L * parts + width, now.parameters());
    // What one vector B holds of the parts of all words is the largest eigenvalue of their moment.
    double[][] all = new double[15 * parts][width];
    double[] weight = new double[all.length];
    for (int i = 0; i < all.length; i++) {
      weight[i] = f[i / parts];
      System.arraycopy(e[i / parts], i % parts * width, all[i], 0, width);
    }
    double[] spectrum = squaredSingularValues(all, weight);
    double tail = Arrays.stream(spectrum).limit(width - 1).sum();
    assertEquals(tail, squaredError(e, rows(now), f), 1e-4 * tail);
    assertEquals(
        Math.sqrt(tail),
        made.layers().get(0).diagnostics().predictedError(),
        1e-4 * Math.sqrt(tail));
  }

  /** The head of a GPT-2 that is tied to the table reads the same factors as the input. */
  @ParameterizedTest
  @ValueSource(
      strings = {"embedding-svd", "embedding-svd:weights=none", "embedding-kronecker:terms=2"})
  void aTiedHeadReadsTheSameTable(String method) throws IOException {
    openGpt2(Gpt2Options.DEFAULT);
    Compression made = compress(method, new Budget.Keep(0.6));
    Model dense = task.model();
    Linear table = made.replacements().get("transformer.wte");
    try (Model model = made.model(dense);
        Model multiplied =
            dense.with(Map.of("transformer.wte", DenseLinear.of(table, task.scope())))) {
      assertArrayEquals(task.logits(multiplied), task.logits(model), 2e-5f);
      long saved = table().linear().parameters() - table.parameters();
      assertEquals(dense.parameters() - saved, model.parameters());
      assertEquals(dense.bytes() - 4 * saved, model.bytes());
      assertTrue(model.weights().stream().noneMatch(w -> w.name().startsWith("lm_head")));
      long lookUp = table.table().lookUpFlops();
      assertEquals(
          dense.flops(7) - 7 * (2 * table().linear().parameters() - table.flopsPerRow() - lookUp),
          model.flops(7));
    }
  }

  /** An untied head stays as it is, and is stored from now on. */
  @Test
  void anUntiedHeadStays() throws IOException {
    openGpt2(new Gpt2Options(false, true));
    Compression made = compress("embedding-svd", new Budget.Keep(0.5));
    Model dense = task.model();
    try (Model model = made.model(dense)) {
      LinearSlot head = model.slots().get(model.slots().size() - 1);
      assertEquals("lm_head", head.name());
      assertSame(dense.slots().get(dense.slots().size() - 1).linear(), head.linear());
      assertTrue(model.repeated().isEmpty());
      assertTrue(model.weights().stream().anyMatch(w -> w.name().equals("lm_head.weight")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta", "gpt2", "gpt2-lm"})
  void whatIsWrittenIsReadAgain(String family) throws IOException {
    Path source = folder.resolve(family);
    switch (family) {
      case "bert" -> TinyCheckpoint.bert(source, 2);
      case "distilbert" -> TinyCheckpoint.distilbert(source, 2);
      case "roberta" ->
          Files.writeString(
              TinyCheckpoint.roberta(source, 2).resolve("tokenizer_config.json"),
              "{\"tokenizer_class\":\"BertTokenizer\"}");
      default -> TinyCheckpoint.gpt2(source, family.equals("gpt2") ? 2 : 0);
    }
    task = new TaskCase(kind(), folder, source);
    for (String method :
        List.of("embedding-svd", "embedding-svd:rank=3+svd", "embedding-kronecker")) {
      Compression made = compress(method, new Budget.Keep(0.5));
      for (boolean multiplied : new boolean[] {false, true}) {
        Path target = folder.resolve(family + method.length() + multiplied);
        try (Checkpoint checkpoint = Checkpoint.open(source);
            Model model = made.model(task.model())) {
          new CompressedCheckpoint(checkpoint, task.model(), made)
              .write(target, multiplied, JsonNodeFactory.instance.objectNode());
          try (LoadedModel read = LoadedModel.open(target, task.model().device())) {
            assertArrayEquals(
                task.logits(model), task.logits(read.model()), multiplied ? 2e-5f : 0);
            String form = read.model().tables().get(0).linear().form();
            String factored = method.endsWith("kronecker") ? "kronecker" : "lowrank";
            assertEquals(multiplied ? "dense" : factored, form);
            if (!multiplied) {
              assertEquals(model.parameters(), read.model().parameters());
            }
          }
        }
      }
    }
  }

  /** A head that a checkpoint stores beside the table that it is tied to is no longer that. */
  @Test
  void aSecondCopyOfTheOldTableIsNotWritten() throws IOException {
    Path source = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 0);
    SafetensorsWriter weights = new SafetensorsWriter();
    Path file = source.resolve("model.safetensors");
    Path twice = folder.resolve("twice.safetensors");
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      for (String name : checkpoint.names()) {
        weights.add(name, checkpoint.shape(name), () -> checkpoint.readFloats(name));
      }
      String table = "transformer.wte.weight";
      weights.add("lm_head.weight", checkpoint.shape(table), () -> checkpoint.readFloats(table));
      weights.write(twice);
    }
    Files.move(twice, file, StandardCopyOption.REPLACE_EXISTING);
    task = new TaskCase(kind(), folder, source);
    for (String method : List.of("svd", "embedding-svd")) {
      Compression made = compress(method, new Budget.Keep(0.5));
      Path target = folder.resolve("written-" + method);
      try (Checkpoint checkpoint = Checkpoint.open(source)) {
        new CompressedCheckpoint(checkpoint, task.model(), made)
            .write(target, true, JsonNodeFactory.instance.objectNode());
      }
      try (Checkpoint written = Checkpoint.open(target)) {
        assertEquals(method.equals("svd"), written.names().contains("lm_head.weight"));
      }
    }
  }

  /** Options size the table, the budget the matrices; without them the budget sizes both. */
  @Test
  void stagesShareABudgetOrHaveTheirOwn() throws IOException {
    openBert();
    List<LayerReport> own = compress("embedding-svd:rank=2+svd", new Budget.Keep(0.4)).layers();
    assertEquals(1 + task.slots().size(), own.size());
    assertEquals(table().name(), own.get(0).layer());
    assertEquals(2, own.get(0).rank());
    List<LayerReport> after = compress("svd+embedding-svd:rank=2", new Budget.Keep(0.4)).layers();
    for (int i = 0; i < own.size(); i++) {
      assertEquals(own.get(i).label(), after.get(i).label());
      assertTrue(i == 0 || own.get(i).parameters() <= 0.4 * own.get(i).parametersDense());
    }
    for (String both : List.of("embedding-svd+svd", "embedding-svd@+svd", "svd+embedding-svd")) {
      for (LayerReport layer : compress(both, new Budget.Keep(0.4)).layers()) {
        assertTrue(layer.parameters() <= 0.4 * layer.parametersDense(), both + " " + layer);
      }
    }
    double kept =
        compress("embedding-svd:keep=0.9+svd", new Budget.Keep(0.4)).layers().get(0).parameters();
    assertTrue(kept > 0.6 * 15 * 12 && kept <= 0.9 * 15 * 12);
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    openBert();
    assertRefused("says itself", "embedding-svd:rank=2", Allocation.UNIFORM);
    assertRefused("shares no budget", "embedding-svd", new Allocation(Policy.GREEDY, 1));
    for (String text :
        List.of(
            "embedding-svd:rank=2@+svd",
            "svd++embedding-svd:rank=2",
            "embedding-svd:rank=2:keep=0.5",
            "embedding-svd:keep=0",
            "embedding-kronecker:rank=2",
            "embedding-svd:rank=0")) {
      assertThrows(InputException.class, () -> MethodChain.parse(text), text);
    }
    InputException unsized =
        assertThrows(
            InputException.class, () -> compress("embedding-svd+svd@", new Budget.Keep(0.5)));
    assertTrue(unsized.getMessage().contains("by its options"), unsized.getMessage());
    assertThrows(InputException.class, () -> compress("embedding-kronecker", new Budget.Rank(3)));
  }

  private void assertRefused(String words, String method, Allocation allocation) {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> MethodChain.parse(method).check(new Budget.Keep(0.5), allocation));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }

  /** A matrix that is no table has no words to look up. */
  @Test
  void onlyTablesTakeTheirPlace() throws IOException {
    openBert();
    Linear other = task.slots().get(0).linear();
    assertNull(other.table());
    assertThrows(
        IllegalArgumentException.class, () -> task.model().with(Map.of(table().name(), other)));
  }
}
