package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.MethodChain.Stage;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainRunTest {
  private static final Budget BUDGET = new Budget.Keep(0.4);

  @TempDir private Path folder;

  private TaskCase task;

  String deviceId() {
    return "cpu";
  }

  @BeforeEach
  void open() throws IOException {
    task = new TaskCase(deviceId(), folder);
  }

  @AfterEach
  void close() {
    task.close();
  }

  private Compression compress(String method) {
    return compress(method, BUDGET);
  }

  private Compression compress(String method, Budget budget) {
    return task.compress(method, budget, Allocation.UNIFORM);
  }

  private static float[] values(Linear linear, Scope scope) {
    Matrix w = Matrix.of(scope.allocate(DType.F32, linear.outputs(), linear.inputs()));
    linear.materialize(scope.device(), w);
    return w.data().toFloats();
  }

  /** Maps and biases of two compressions, and what they tell of them. */
  private void assertSame(Compression one, Compression other, double tolerance) {
    assertEquals(one.replacements().keySet(), other.replacements().keySet());
    assertFalse(one.replacements().isEmpty());
    try (Scope scope = task.model().device().openScope()) {
      one.replacements()
          .forEach(
              (slot, map) -> {
                Linear twin = other.replacements().get(slot);
                assertArrayEquals(values(map, scope), values(twin, scope), (float) tolerance, slot);
                assertArrayEquals(
                    map.bias().toFloats(), twin.bias().toFloats(), (float) tolerance, slot);
              });
    }
    for (int i = 0; i < one.layers().size(); i++) {
      LayerReport a = one.layers().get(i);
      LayerReport b = other.layers().get(i);
      assertEquals(a.layer(), b.layer());
      assertEquals(a.rank(), b.rank());
      assertEquals(a.parameters(), b.parameters());
      assertEquals(a.now(), b.now());
      assertEquals(a.before(), b.before());
      assertEquals(a.norm(), b.norm());
      assertEquals(a.error(), b.error(), tolerance * a.norm(), a.layer());
      assertEquals(a.outputNorm(), b.outputNorm());
      assertEquals(a.outputError(), b.outputError(), tolerance * a.outputNorm(), a.layer());
    }
  }

  @ParameterizedTest
  @CsvSource({
    // The stage finds factors in single precision where the option has them in double.
    "svdllm:update=ls, svdllm+refit, 1e-4",
    "svd:bias=compensate:statistics=sequential, svd+bias, 0",
    "svdllm:update=lora:epochs=2:lr=0.01, svdllm+lora:epochs=2:lr=0.01, 0",
    "drone:tolerance=1.05, tolerance:of=drone:factor=1.05, 0",
    "svd, svd@, 0",
  })
  void aStageDoesWhatTheOptionDoes(String option, String chain, double tolerance) {
    assertSame(compress(option), compress(chain), tolerance);
  }

  @Test
  void whatOneMethodTellsIsToldUnderItsStagesName() {
    assertEquals(
        Map.of("bias", "keep", "statistics", "static", "split", "sqrt"),
        compress("svd").parameters());
    assertEquals(
        Map.of(
            "svd.bias", "keep",
            "svd.statistics", "static",
            "svd.split", "sqrt",
            "bias.tokens", "all",
            "budget_stage", "svd"),
        compress("svd+bias").parameters());
    assertEquals("lora", compress("svdllm:update=lora:epochs=1").parameters().get("update"));
  }

  /** Alone, and beside cells of other seeds, with which it shares a cache. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune:score=random",
        "prune:score=random:pattern=outputs:scope=model",
        "lplr",
        "lplr:variant=lsvd:rounding=dither",
        "nystrom:select=uniform",
        "denil:choice=uniform"
      })
  void theRunsSeedDecidesWhatIsDrawn(String method) {
    List<Integer> drawn = new ArrayList<>();
    for (long seed : new long[] {0, 1, 0}) {
      int hash = 0;
      CompressionRequest request = task.request(method, BUDGET, Allocation.UNIFORM, seed);
      try (Scope scratch = task.model().device().openScope()) {
        Compression made = MethodChain.parse(method).compress(request);
        for (LinearSlot slot : task.slots()) {
          hash = 31 * hash + Arrays.hashCode(values(made.replacements().get(slot.name()), scratch));
        }
        assertEquals(Long.toString(seed), made.parameters().get("seed"));
      }
      drawn.add(hash);
    }
    assertEquals(drawn.get(0), drawn.get(2));
    assertNotEquals(drawn.get(0), drawn.get(1));
    assertSame(compress(method), compress(method + ":seed=0"), 0);
  }

  /** The case has 60 examples. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "svd+recover:select=held-out",
        "svd+lora:select=held-out",
        "progressive:select=held-out"
      })
  void trainingStagesHoldExamplesOutWhereAsked(String method) {
    String message = assertThrows(InputException.class, () -> compress(method)).getMessage();
    assertTrue(message.contains("needs 64 training examples or more, but there are 60"), message);
  }

  /** Forms of every kind have maps to compare, and narrow heads those of all their dimensions. */
  @ParameterizedTest
  @ValueSource(strings = {"joint-attention", "kronecker", "svd"})
  void attentionIsLearntInEveryForm(String method) {
    try (Model labels = compress(method + "+recover:lr=1e-3").model(task.model());
        Model maps = compress(method + "+recover:lr=1e-3:attention=5").model(task.model());
        Model scores = compress(method + "+recover:lr=1e-3:scores=5").model(task.model())) {
      float[] plain = task.logits(labels);
      for (Model taught : new Model[] {maps, scores}) {
        float[] logits = task.logits(taught);
        assertFalse(Arrays.equals(plain, logits));
        for (float logit : logits) {
          assertTrue(Float.isFinite(logit));
        }
      }
    }
  }

  @Test
  void recoveryIsTrainingAfterwards() {
    Compression alone = compress("svd");
    Compression chain = compress("svd+recover:epochs=2:lr=1e-3:distill=0.5:attention=2:scores=0.1");
    assertTrue(chain.replacements().isEmpty());
    try (Model compressed = alone.model(task.model());
        Model expected = compressed.copy();
        Model trained = chain.model(task.model())) {
      new Recovery(2, 1e-3, new DistillationWeights(0.5, 0, 2, 0.1), Selection.LAST)
          .train(expected, task.model(), task.calibrator().training(), 0);
      List<Parameter> weights = trained.weights();
      for (int i = 0; i < weights.size(); i++) {
        assertArrayEquals(
            expected.weights().get(i).read(), weights.get(i).read(), weights.get(i).name());
      }
      Map<String, Parameter> dense = new HashMap<>();
      task.model().weights().forEach(weight -> dense.put(weight.name(), weight));
      weights.stream()
          .filter(weight -> dense.containsKey(weight.name()))
          .forEach(
              weight ->
                  assertFalse(
                      Arrays.equals(dense.get(weight.name()).read(), weight.read()),
                      weight.name()));
    }
    for (int i = 0; i < task.slots().size(); i++) {
      LayerReport before = alone.layers().get(i);
      LayerReport after = chain.layers().get(i);
      assertEquals(before.rank(), after.rank());
      assertEquals("trained", after.diagnostics().note());
      // What is closest was there before.
      assertTrue(after.error() > before.error(), after.layer());
      assertTrue(after.seconds() >= 0 && after.outputError() > 0);
    }
  }

  /** What stages after a training change is in the trained model. */
  @Test
  void stagesFollowATraining() {
    try (Model trained = compress("svd+recover:lr=1e-3").model(task.model());
        Model refitted = compress("svd+recover:lr=1e-3+refit").model(task.model())) {
      assertEquals(trained.parameters(), refitted.parameters());
      int same = 0;
      for (int i = 0; i < trained.weights().size(); i++) {
        float[] before = trained.weights().get(i).read();
        same += Arrays.equals(before, refitted.weights().get(i).read()) ? 1 : 0;
      }
      // Of every matrix one factor.
      assertEquals(trained.weights().size() - task.slots().size(), same);
    }
  }

  @Test
  void refitBringsOutputsCloserInTheCompressedModel() {
    Compression alone = compress("svd");
    Compression refitted = compress("svd+refit");
    for (int i = 0; i < 6; i++) {
      // In the first block the inputs are those of the dense model.
      if (!task.slots().get(i).role().equals("output")) {
        LayerReport before = alone.layers().get(i);
        assertTrue(refitted.layers().get(i).error() >= before.error() - 1e-6 * before.norm());
      }
      assertEquals("refit", refitted.layers().get(i).diagnostics().note());
    }
    for (int i = 0; i < 3; i++) {
      assertTrue(refitted.layers().get(i).outputError() < alone.layers().get(i).outputError());
    }
  }

  /** The option looks at the dense model's inputs, the second stage at what the first left. */
  @Test
  void matricesThatAStageDoesNotTakeAreForTheNext() {
    Compression option = compress("drone:attention=joint");
    Compression chain = compress("joint-attention+drone");
    assertEquals(option.replacements().keySet(), chain.replacements().keySet());
    try (Scope scope = task.model().device().openScope()) {
      for (int i = 0; i < task.slots().size(); i++) {
        LayerReport a = option.layers().get(i);
        LayerReport b = chain.layers().get(i);
        assertEquals(a.now(), b.now());
        assertEquals(a.diagnostics().note(), b.diagnostics().note());
        boolean joint = List.of("query", "key").contains(task.slots().get(i).role());
        assertEquals(joint, Double.isNaN(b.error()));
        assertEquals(a.outputError(), b.outputError(), joint ? 0 : 0.1 * a.outputNorm());
        if (joint || a.layer().endsWith("layer.0.attention.self.value")) {
          assertArrayEquals(
              values(option.replacements().get(a.layer()), scope),
              values(chain.replacements().get(a.layer()), scope));
        }
      }
    }
  }

  /**
   * What the second factor V C Vᵀ reads, element by element; the first reads what the slot does.
   */
  @Test
  void momentsOfPartsAreThoseOfWhatTheyRead() {
    try (Model factored = compress("drone").model(task.model());
        Calibrator own = task.calibrator().of(factored);
        Scope scope = factored.device().openScope()) {
      ActivationMoments moments = own.moments();
      for (LinearSlot slot : factored.slots()) {
        Linear first = Chain.of(slot.linear()).first();
        Linear sum = new Sum(slot.linear(), slot.linear().withBias(null));
        List<LinearSlot> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          parts.add(new LinearSlot(slot.name() + "." + i, 0, "", first));
        }
        LinearSlot twice = new LinearSlot(slot.name(), 0, "", sum);
        LeafInputs.derive(twice, parts, moments);
        Moments whole = moments.of(slot.name());
        assertEquals(whole, moments.of(parts.get(0).name()));
        assertEquals(whole, moments.of(parts.get(2).name()));
        float[] v = values(first, scope);
        double[] c = whole.gram().data().toDoubles();
        int n = first.inputs();
        for (int part : new int[] {1, 3}) {
          Moments narrow = moments.of(parts.get(part).name());
          assertEquals(whole.tokens(), narrow.tokens());
          double[] gram = narrow.gram().data().toDoubles();
          for (int i = 0; i < first.outputs(); i++) {
            double mean = 0;
            for (int k = 0; k < n; k++) {
              mean += v[i * n + k] * whole.mean()[k];
            }
            assertEquals(mean, narrow.mean()[i], 1e-9 * Math.max(1, Math.abs(mean)));
            for (int j = 0; j < first.outputs(); j++) {
              double sumOf = 0;
              for (int k = 0; k < n; k++) {
                for (int l = 0; l < n; l++) {
                  sumOf += v[i * n + k] * c[k * n + l] * v[j * n + l];
                }
              }
              double size = gram[i * first.outputs() + i] + gram[j * first.outputs() + j];
              assertEquals(sumOf, gram[i * first.outputs() + j], 1e-9 * size);
            }
          }
        }
      }
    }
  }

  @Test
  void factorsByTheirInputsLoseLessOfTheOutputs() {
    double[] lost = new double[2];
    String[] methods = {"drone+rtn:bits=3", "drone+gptq:bits=3"};
    for (int i = 0; i < 2; i++) {
      for (LayerReport layer : compress(methods[i]).layers()) {
        assertEquals("chain", layer.form());
        lost[i] += Math.pow(layer.outputError() / layer.outputNorm(), 2);
      }
    }
    assertTrue(lost[1] < lost[0], lost[1] + " and " + lost[0]);
  }

  /** What was compressed before is compressed further as a second stage of a chain does it. */
  @Test
  void partsOfACompressedModelAreTakenWithoutAChain() {
    Compression chain = compress("svd+int8");
    MethodChain int8 = MethodChain.parse("int8");
    try (Model factored = compress("svd").model(task.model());
        Scope scope = factored.device().openScope();
        FactorizationCache cache = new FactorizationCache(factored.device())) {
      Compression alone =
          int8.compress(
              new CompressionRequest(
                  factored,
                  factored.slots(),
                  new Budget.Bits(16),
                  MethodSpec.parse("int8").options(),
                  null,
                  cache,
                  scope,
                  0));
      assertEquals(chain.replacements().keySet(), alone.replacements().keySet());
      alone
          .replacements()
          .forEach(
              (slot, map) -> {
                Linear twin = chain.replacements().get(slot);
                assertEquals(twin.form(), map.form());
                assertEquals(twin.bits(), map.bits());
                assertArrayEquals(values(twin, scope), values(map, scope), slot);
              });
    }
  }

  @Test
  void codesOfASparseMatrixAreCodedAsSuch() {
    MethodChain chain = MethodChain.parse("rtn:bits=3");
    try (Model sparse = compress("prune:keep=0.5+int8").model(task.model());
        Scope scope = sparse.device().openScope();
        FactorizationCache cache = new FactorizationCache(sparse.device())) {
      CompressionRequest request =
          new CompressionRequest(
              sparse,
              sparse.slots(),
              null,
              MethodSpec.parse("rtn:bits=3").options(),
              null,
              cache,
              scope,
              0);
      Map<String, Linear> made = chain.compress(request).replacements();
      for (LinearSlot slot : sparse.slots()) {
        Linear codes = made.get(slot.name());
        assertEquals("sparse-int3", codes.form());
        assertEquals(slot.linear().parameters(), codes.parameters());
      }
    }
  }

  private static Stage stage(boolean numbers, boolean residual) {
    return new Stage(SignsMethod.spec(numbers), false, residual);
  }

  private CompressionRequest request(Budget budget, Scope scope, FactorizationCache cache) {
    return new CompressionRequest(
        task.model(),
        task.slots(),
        budget,
        Allocation.UNIFORM,
        MethodOptions.NONE,
        task.calibrator(),
        cache,
        scope,
        0,
        words -> {});
  }

  @Test
  void aSumStoresWhatIsLeftOver() {
    Stage svd = new Stage(MethodSpec.parse("svd"), true, true);
    MethodChain one = new MethodChain(List.of(stage(true, false)));
    MethodChain two = new MethodChain(List.of(stage(true, false), svd));
    MethodChain refined =
        new MethodChain(
            List.of(stage(true, false), new Stage(MethodSpec.parse("bias"), false, false), svd));
    MethodChain three = new MethodChain(List.of(stage(true, false), stage(true, true), svd));
    try (Scope scope = task.model().device().openScope();
        FactorizationCache cache = new FactorizationCache(task.model().device())) {
      CompressionRequest request = request(new Budget.Rank(3), scope, cache);
      Compression first = one.compress(request(new Budget.Keep(1), scope, cache));
      Compression sum = two.compress(request);
      Compression afterBias = refined.compress(request);
      Compression deep = three.compress(request);
      assertEquals("svd", sum.parameters().get("budget_stage"));
      for (int i = 0; i < task.slots().size(); i++) {
        LinearSlot slot = task.slots().get(i);
        Linear map = sum.replacements().get(slot.name());
        assertEquals("sum", map.form());
        assertEquals(3, ((Sum) map).second().rank());
        LayerReport alone = first.layers().get(i);
        LayerReport layer = sum.layers().get(i);
        assertTrue(layer.error() < alone.error(), layer.layer());
        assertTrue(deep.layers().get(i).error() < alone.error(), layer.layer());
        assertEquals(map.bits(), layer.bits());
        // Independent of how it is measured there: ‖W − (S + T)‖ in double precision.
        assertEquals(distance(slot.linear(), map, scope), layer.error(), 1e-5 * layer.norm());
        Linear s = ((Sum) map).first();
        Linear t = ((Sum) map).second();
        assertEquals(
            distance(slot.linear(), s, scope), alone.error(), 1e-5 * alone.norm(), "first part");
        // T is the best of its rank: no multiple of it is closer.
        double best = layer.error() * layer.error() + squares(values(t, scope));
        assertEquals(alone.error() * alone.error(), best, 1e-4 * alone.norm() * alone.norm());
        // A stage in between that changes biases only leaves as much over.
        assertEquals(layer.error(), afterBias.layers().get(i).error(), 1e-6 * layer.norm());
      }
    }
  }

  /** What is left over is added: the bias that made up for it would count it twice. */
  @ParameterizedTest
  @ValueSource(strings = {"int8:bias=compensate", "int8+bias"})
  void aSumHasTheBiasOfTheWholeMatrix(String first) {
    Compression sum = compress(first + "++svd@", new Budget.Rank(3));
    Compression compensated = compress(first + "++lord@", new Budget.Rank(3));
    try (Scope scope = task.model().device().openScope()) {
      for (LinearSlot slot : task.slots()) {
        Linear map = sum.replacements().get(slot.name());
        assertArrayEquals(slot.linear().bias().toFloats(), map.bias().toFloats());
        Linear other = compensated.replacements().get(slot.name());
        float[] whole = values(slot.linear(), scope);
        float[] now = values(other, scope);
        double[] mean = task.calibrator().moments().of(slot.name()).mean();
        float[] bias = slot.linear().bias().toFloats();
        for (int i = 0; i < bias.length; i++) {
          double expected = bias[i];
          for (int j = 0; j < mean.length; j++) {
            expected += ((double) whole[i * mean.length + j] - now[i * mean.length + j]) * mean[j];
          }
          assertEquals(expected, other.bias().toFloats()[i], 0.05, slot.name());
        }
      }
    }
  }

  /** What is added is measured by the whole: biases of svd are no longer those of its part. */
  @Test
  void whatMadeUpForALossIsThereNoMoreWhenTheLossIsAdded() {
    Compression sum = compress("lord++int8");
    for (LinearSlot slot : task.slots()) {
      Linear map = sum.replacements().get(slot.name());
      assertArrayEquals(slot.linear().bias().toFloats(), map.bias().toFloats(), slot.name());
    }
    sum.layers().forEach(layer -> assertTrue(layer.outputError() < 0.02 * layer.outputNorm()));
  }

  @Test
  void aModelThatHasFormsIsRoundedPartByPart() {
    Compression chain = compress("svd+int8");
    Compression svd = compress("svd");
    try (Model compressed = svd.model(task.model());
        Scope scope = task.model().device().openScope();
        FactorizationCache cache = new FactorizationCache(task.model().device())) {
      CompressionRequest request =
          new CompressionRequest(
              compressed,
              compressed.slots(),
              BUDGET,
              Allocation.UNIFORM,
              MethodOptions.NONE,
              null,
              cache,
              scope,
              0,
              words -> {});
      Compression later = MethodChain.parse("int8").compress(request);
      assertEquals(chain.replacements().keySet(), later.replacements().keySet());
      chain
          .replacements()
          .forEach(
              (slot, map) -> {
                Linear other = later.replacements().get(slot);
                assertEquals(map.bits(), other.bits());
                assertArrayEquals(values(map, scope), values(other, scope), slot);
              });
    }
  }

  private static double squares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static double distance(Linear one, Linear other, Scope scope) {
    float[] a = values(one, scope);
    float[] b = values(other, scope);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void nothingIsAddedWhereNothingWasReplaced() {
    Compression kept = compress("svd@++drone", new Budget.Rank(1000));
    assertTrue(kept.replacements().isEmpty());
    assertEquals(task.slots().size(), kept.layers().size());
  }

  @ParameterizedTest
  @CsvSource({
    "svd+fwsvd, no matrix is left for fwsvd",
    "svd++drone, mark it",
    "svd++drone@, mark it",
    "joint-attention+drone@, mark it",
    "laser+svd@, mark it",
    "progressive:epochs=0:last=0++svd@, mark it",
    "svd+joint-attention, no matrix is left",
    "svd+int8:bias=compensate, let +bias follow",
    "kronecker+int8, no matrix is left for int8",
    "int8+int8, no matrix is left for int8",
    "prune+palette:bits=4, makes no codes of sparse matrices",
    "prune+llm-int8, makes no codes of sparse matrices",
    "prune+gptq:bits=4:zero=free, no code for 0",
    "svd++joint-attention@, cannot be a part of a sum",
    "int8++progressive@, cannot be a part of a sum",
    "int8++tolerance@, cannot be a part of a sum",
    "int8++espace@, cannot be a part of a sum",
    "int8++drone:attention=joint@, cannot be a part of a sum",
    "int8++svdllm:update=ls@, cannot be a part of a sum",
    "int8++drone:statistics=sequential@, cannot be a part of a sum",
  })
  void whatCannotGoOnIsRefusedInALine(String method, String what) {
    InputException refused = assertThrows(InputException.class, () -> compress(method));
    assertTrue(refused.getMessage().contains(what), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "laser+refit",
        "laser:search=all+bias",
        "progressive:start=drone:steps=2:last=1+refit",
        "joint-attention+svd+recover",
        "joint-attention+svd+bias",
        "svd+recover+recover",
        "svd+refit+refit",
        "tolerance+bias+lora:epochs=1",
        "drone+int8",
        "svd+bias+int8",
        "svdllm:update=ls+int8+bias",
        "drone:attention=joint+int8",
        "svd+refit+int8",
        "joint-attention+drone+int8",
        "drone+int8+bias",
        "lord++int8:bias=compensate",
        "prune+gptq:bits=4:order=natural",
        "svd++prune:keep=0.3+gptq:bits=4",
        "prune+int8",
        "prune:keep=0.7+prune",
        "laser:search=all+int8",
      })
  void otherMethodsGoOnToo(String method) {
    Compression made = compress(method);
    assertEquals(task.slots().size(), made.layers().size());
    try (Model model = made.model(task.model())) {
      for (int i = 0; i < task.slots().size(); i++) {
        LayerReport layer = made.layers().get(i);
        Linear now = model.slots().get(i).linear();
        assertEquals(task.slots().get(i).name(), layer.layer());
        assertEquals(now.form(), layer.form());
        assertEquals(now.bits(), layer.bits());
        assertEquals(now.form().equals("heads"), Double.isNaN(layer.error()), layer.layer());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "svd+bias",
        "svdllm+refit",
        "joint-attention+drone",
        "svd+recover",
        "svd+recover+refit+recover",
        "svdllm:update=lora:epochs=1",
        "svd+fwsvd",
        "svd+recover:lr=0.9:epochs=50",
      })
  void nothingStaysBehind(String method) {
    List<Long> used = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (Scope scope = task.model().device().openScope();
          FactorizationCache cache = new FactorizationCache(task.model().device())) {
        MethodChain.parse(method)
            .compress(request(BUDGET, scope, cache))
            .model(task.model())
            .close();
      } catch (InputException e) {
        assertNotNull(e.getMessage());
      }
      used.add(task.model().device().memory().currentBytes());
    }
    // The first call collects statistics of the dense model, which stay.
    assertEquals(used.get(1), used.get(2));
    assertEquals(used.get(0), used.get(2));
  }

  /** Of what the stages make the last one's alone is kept. */
  @Test
  void whatWasMadeInBetweenIsFreed() {
    compress("svd+refit");
    long factors = keptBytes("svd+refit");
    assertTrue(factors > 0);
    assertEquals(factors, keptBytes("svd+refit+refit"));
  }

  private long keptBytes(String method) {
    long before = task.model().device().memory().currentBytes();
    try (Scope scope = task.model().device().openScope()) {
      try (FactorizationCache cache = new FactorizationCache(task.model().device())) {
        MethodChain.parse(method).compress(request(BUDGET, scope, cache));
      }
      return task.model().device().memory().currentBytes() - before;
    }
  }

  @Test
  void whatIsNoNumberInTheMiddleIsRefused() {
    MethodChain chain =
        new MethodChain(
            List.of(stage(false, false), new Stage(MethodSpec.parse("svd"), true, false)));
    compress("svd+bias");
    long before = task.model().device().memory().currentBytes();
    try (Scope scope = task.model().device().openScope();
        FactorizationCache cache = new FactorizationCache(task.model().device())) {
      ArithmeticException refused =
          assertThrows(
              ArithmeticException.class, () -> chain.compress(request(BUDGET, scope, cache)));
      assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
    }
    assertEquals(before, task.model().device().memory().currentBytes());
    assertNull(compress("svd").whole());
  }
}
