package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressors;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of whatever method makes a model: all of them, by their options and in chains. */
class EveryMethodTest {
  private static final Allocation GREEDY = new Allocation(Policy.GREEDY, 1);

  @TempDir private Path folder;

  private TaskCase task;

  @BeforeEach
  void open() throws IOException {
    task = new TaskCase("cpu", folder);
  }

  @AfterEach
  void close() {
    task.close();
  }

  /** Methods of matrices; those that work on what others made stand in chains. */
  static Stream<String> methods() {
    List<String> methods = new ArrayList<>();
    for (Compressor compressor : Compressors.all()) {
      String name = compressor.info().name();
      boolean improves = compressor.takes() == Compressor.Takes.ALL;
      boolean ofHeads = compressor.takes() == Compressor.Takes.HEAD || compressor.solvesHead();
      if (name.equals("dense") || ofHeads) {
        continue;
      }
      // What trains for thousands of steps shows the same in two.
      String quick = name.equals("safe") ? "safe:steps=2" : name;
      methods.add(
          improves
              ? compressor.follows() + "+" + name
              : compressor.prepares() ? name + "+svd" : quick);
    }
    methods.addAll(
        List.of(
            "svd+int8",
            "kronecker++int8",
            "svd++llm-int8:threshold=0",
            "int4:zero=symmetric:group=row:range=search",
            "gptq:order=natural:group=7:bias=compensate",
            "gptq:statistics=sequential:zero=symmetric",
            "drone++int4",
            "drone+gptq:bits=4",
            "palette:rows=5:weights=activations:tokens=reached",
            "palette:bits=4:weights=fisher:bias=compensate",
            "kronecker++palette:bits=2",
            "svd++gptq:bits=3",
            "prune:score=wanda:bias=compensate",
            "prune:score=gradient:scope=model",
            "prune:score=sparsegpt:statistics=sequential",
            "prune:pattern=outputs:rescale=true",
            "prune:pattern=inputs:scope=model:score=random",
            "prune:score=sparsegpt:scope=row:tokens=reached",
            "prune:score=sparsegpt+gptq:bits=4",
            "svd++prune:keep=0.2",
            "svd++prune:pattern=2of4",
            "gptq:bits=2:group=matrix:zero=free",
            "rtn:group=matrix:zero=centred",
            "lplr:variant=lsvd:bits=4:right-bits=6",
            "lplr:variant=dsvd:rounding=dither:bias=compensate",
            "caldera:steps=2:factor-bits=8:tokens=reached",
            "caldera:steps=1:coding=nearest:statistics=sequential",
            "svd:bias=compensate",
            "drone:statistics=sequential",
            "zssvd:corrections=1:bias=compensate",
            "drone:attention=joint",
            "drone:tokens=reached",
            "ffn-nystrom:select=leverage",
            "ffn-nystrom:bias=keep",
            "ffn-nystrom+svd",
            "svdllm:update=ls",
            "aasvd:anchor=auto:redense=true",
            "aasvd:refine=block:epochs=1",
            "tfwsvd:optimizer=em:select=all",
            "laser:search=all",
            "kfac:weighted=true:bias=compensate",
            "kfac:labels=sampled:clip=true:statistics=sequential",
            "gfwsvd:samples=tokens",
            "prehab:penalty=tail:lambda=1+drone",
            "kronecker:terms=1",
            "rrqr:side=rows",
            "rrqr:side=auto:weighted=true:bias=compensate",
            "rrqr:weighted=true:statistics=sequential",
            "cur:select=leverage:core=skeleton",
            "cur:select=deim",
            "cur:select=greedy:weighted=true",
            "nystrom:select=leverage",
            "nystrom:select=uniform:bias=compensate",
            "nystrom+int8",
            "nystrom++int8",
            "denil:kernel=weights:choice=leverage:values=ls",
            "denil:kernel=index:sigma=3:values=data:tokens=reached",
            "cp:stack=layers:fit=cprand:sweeps=6",
            "cp:stack=matrix:blocks=2",
            "tucker:stack=both",
            "tucker:stack=matrix",
            "tt:stack=heads",
            "tt:stack=layers",
            "embedding-svd:weights=none",
            "embedding-svd+drone",
            "embedding-kronecker:terms=3",
            "basis-sharing:share=blocks",
            "basis-sharing:share=blocks:fit=als"));
    Stream.of("mse", "nmse", "go", "go-l2", "nl", "nl-l2", "nl-bound")
        .forEach(candidate -> methods.add("espace:candidate=" + candidate));
    return methods.stream();
  }

  private static boolean hasRanks(String method) {
    return !method.contains("kronecker")
        && Stream.of(
                "int",
                "llm",
                "rtn",
                "gptq",
                "palette",
                "prune",
                "losparse",
                "movement",
                "safe",
                "cp",
                "tucker",
                "tt")
            .noneMatch(method::startsWith);
  }

  /** Of a method that keeps every number and has codes of several sizes. */
  private static boolean countsBits(String method) {
    return Stream.of("rtn", "gptq", "palette", "caldera").anyMatch(method::startsWith);
  }

  /** Of a method that keeps every number, in codes of one size. */
  private static boolean hasOnePoint(String method) {
    return method.startsWith("int") || method.startsWith("llm-int8");
  }

  private static Budget half(String method) {
    return countsBits(method) ? new Budget.Bits(6) : new Budget.Keep(0.5);
  }

  /** Growths of a loss are shared out by measured times. */
  private static boolean isTimed(String method) {
    return method.contains("tolerance");
  }

  private static boolean allocates(String method) {
    return MethodChain.parse(method).stages().stream()
            .map(stage -> stage.method().compressor())
            .filter(compressor -> !compressor.prepares())
            .findFirst()
            .orElseThrow()
            .allocates()
        && !method.startsWith("joint")
        && !method.startsWith("cp")
        && !method.contains("scope=model")
        && !hasOnePoint(method);
  }

  private static List<Budget> budgets(String method) {
    if (countsBits(method)) {
      return List.of(new Budget.Bits(10), new Budget.Bits(5), new Budget.Bits(7.5));
    }
    List<Budget> budgets =
        new ArrayList<>(List.of(new Budget.Keep(0.6), new Budget.Keep(0.2), new Budget.Bits(10)));
    if (hasRanks(method)) {
      budgets.add(new Budget.Rank(3));
      budgets.add(new Budget.Energy(0.8));
    }
    return budgets;
  }

  private static List<CompressionJob> jobs(String method) {
    List<CompressionJob> jobs = new ArrayList<>();
    MethodChain chain = MethodChain.parse(method);
    for (Budget budget : budgets(method)) {
      jobs.add(new CompressionJob(chain, budget, Allocation.UNIFORM, 0));
      if (allocates(method)
          && (budget.equals(new Budget.Keep(0.2)) || budget.equals(new Budget.Bits(5)))) {
        jobs.add(new CompressionJob(chain, budget, GREEDY, 0));
      }
    }
    if (allocates(method)) {
      for (Policy policy :
          List.of(Policy.ENERGY, Policy.SENSITIVITY, Policy.V2, Policy.ZERO_SUM, Policy.LEMS)) {
        Allocation allocation = new Allocation(policy, 1);
        if (!refuses(chain, half(method), allocation)) {
          jobs.add(new CompressionJob(chain, half(method), allocation, 0));
        }
      }
    }
    return jobs;
  }

  /** What a cell gives, every number to its last digit. */
  private String run(CompressionJob job, Calibrator statistics, FactorizationCache cache) {
    StringBuilder text = new StringBuilder();
    Model dense = task.model();
    try (Scope scope = dense.device().openScope()) {
      Compression made =
          job.run(
              dense,
              task.slots(),
              job.needsCalibration() ? statistics : null,
              cache,
              scope,
              words -> {});
      for (LayerReport layer : made.layers()) {
        text.append(layer.toString().replaceAll("seconds=[^,]*, ", "")).append('\n');
      }
      Map<String, Linear> maps = new TreeMap<>();
      try (Model model = made.model(dense)) {
        model.slots().forEach(slot -> maps.put(slot.name(), slot.linear()));
        maps.forEach(
            (slot, map) -> {
              Matrix w = Matrix.of(scope.allocate(DType.F32, map.outputs(), map.inputs()));
              map.materialize(dense.device(), w);
              text.append(slot).append(Arrays.hashCode(w.data().toFloats())).append('\n');
            });
      }
      text.append(new TreeMap<>(made.parameters()));
    }
    return text.toString();
  }

  private Calibrator statistics(Path cache) {
    return Calibrator.on(
        task.model(), "rev", "task", "hash", task.examples(), 40, 16, 0, folder.resolve(cache));
  }

  /**
   * Alone, among the cells of a grid in both orders, and among some of them, as a shard has them;
   * with statistics that are collected, and that were read again.
   */
  @ParameterizedTest
  @MethodSource("methods")
  void aCellDoesNotDependOnOthers(String method) {
    if (isTimed(method)) {
      return;
    }
    List<CompressionJob> jobs = jobs(method);
    List<String> alone = new ArrayList<>();
    for (CompressionJob job : jobs) {
      try (Calibrator own = statistics(Path.of("alone"));
          FactorizationCache cache = new FactorizationCache(task.model().device())) {
        alone.add(run(job, own, cache));
      }
    }
    List<Integer> forward = Stream.iterate(0, i -> i + 1).limit(jobs.size()).toList();
    List<Integer> backward = new ArrayList<>(forward);
    Collections.reverse(backward);
    List<Integer> shard = forward.stream().filter(i -> i % 3 == 1).toList();
    for (List<Integer> order : List.of(forward, backward, shard)) {
      try (Calibrator shared = statistics(Path.of("grid"));
          FactorizationCache cache = new FactorizationCache(task.model().device())) {
        for (int i : order) {
          assertEquals(alone.get(i), run(jobs.get(i), shared, cache), jobs.get(i).toString());
        }
      }
    }
  }

  /** In every unit, under every policy. */
  @ParameterizedTest
  @MethodSource("methods")
  void aBudgetThatReachesAllLeavesAllAsItIs(String method) {
    List<Budget> whole = new ArrayList<>(List.of(new Budget.Bits(32)));
    // Factors of codes save something at any rank.
    boolean saves = method.startsWith("lplr") || method.startsWith("caldera");
    if (!hasOnePoint(method) && !countsBits(method) && !saves) {
      whole.add(new Budget.Keep(1));
    }
    if (hasRanks(method) && !saves) {
      whole.add(new Budget.Rank(1000));
      whole.add(new Budget.Energy(1));
    }
    MethodChain chain = MethodChain.parse(method);
    for (Budget budget : whole) {
      for (Policy policy : Policy.values()) {
        Allocation allocation = new Allocation(policy, 1);
        if (policy != Policy.UNIFORM && !allocates(method) || refuses(chain, budget, allocation)) {
          continue;
        }
        Compression made = task.compress(method, budget, allocation);
        // What follows a method that takes no less than codes has no budget.
        boolean codes = method.endsWith("+int8") || method.endsWith("+gptq:bits=4");
        if (codes && !method.contains("++")) {
          made.layers().forEach(layer -> assertTrue(layer.form().startsWith("int"), method));
          continue;
        }
        if (made.whole() != null) {
          // All weights are trained then, whatever was compressed.
          made.whole().close();
          continue;
        }
        if (method.startsWith("prehab")) {
          made.layers().forEach(layer -> assertEquals("dense", layer.form()));
          continue;
        }
        assertTrue(made.replacements().isEmpty(), method + " " + budget + " " + policy);
        for (LayerReport layer : made.layers()) {
          assertEquals(0, layer.error(), layer.toString());
          assertEquals(layer.parametersDense(), layer.parameters());
          assertEquals(layer.before(), layer.now());
          assertFalse(layer.diagnostics().note().isEmpty());
        }
      }
    }
  }

  private static boolean refuses(MethodChain chain, Budget budget, Allocation allocation) {
    try {
      chain.check(budget, allocation);
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  /** Errors of outputs are of all matrices of cells that read training examples, or of none. */
  @ParameterizedTest
  @MethodSource("methods")
  void errorsOfOutputsAreOfAllMatricesOrOfNone(String method) {
    MethodChain chain = MethodChain.parse(method);
    for (CompressionJob job :
        List.of(
            new CompressionJob(chain, half(method), Allocation.UNIFORM, 0),
            // Some matrices stay as they are.
            new CompressionJob(
                chain,
                countsBits(method) ? new Budget.Bits(14) : new Budget.Keep(0.9),
                allocates(method) ? GREEDY : Allocation.UNIFORM,
                0))) {
      try (Calibrator statistics = statistics(Path.of("rows"));
          FactorizationCache cache = new FactorizationCache(task.model().device());
          Scope scope = task.model().device().openScope()) {
        boolean reads = job.needsCalibration();
        Compression made =
            job.run(
                task.model(), task.slots(), reads ? statistics : null, cache, scope, words -> {});
        for (LayerReport layer : made.layers()) {
          assertEquals(reads, Double.isFinite(layer.outputNorm()), job + " " + layer);
          assertEquals(
              reads, Double.isFinite(layer.outputError() / layer.outputNorm()), job + " " + layer);
        }
        if (made.whole() != null) {
          made.whole().close();
        }
      }
    }
  }

  /** Of a matrix that stands as it is in a model that an earlier stage changed, too. */
  @Test
  void normsOfOutputsAreThoseOfTheDenseModel() {
    double[][] norms = new double[2][];
    String[] methods = {"drone", "joint-attention+drone"};
    for (int i = 0; i < methods.length; i++) {
      List<LayerReport> layers =
          task.compress(methods[i], new Budget.Keep(0.9), GREEDY).layers().stream()
              .filter(layer -> !layer.layer().matches(".*\\.(query|key)"))
              .toList();
      assertFalse(layers.stream().allMatch(LayerReport::replaced));
      norms[i] = layers.stream().mapToDouble(LayerReport::outputNorm).toArray();
    }
    assertArrayEquals(norms[0], norms[1]);
  }
}
