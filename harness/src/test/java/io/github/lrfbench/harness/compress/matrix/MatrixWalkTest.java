package io.github.lrfbench.harness.compress.matrix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flow that methods share, on the matrices of a reference model. */
class MatrixWalkTest {
  private static final double[] LABELS = {2, 0, 1};

  @TempDir private Path folder;

  private Device device;
  private Scope scope;
  private GoldenModel golden;
  private Calibrator calibrator;

  /** Where the methods run. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() throws IOException {
    Path files = TestData.require("golden/bert-cls");
    device = Devices.open(kind(), new DeviceOptions(2), line -> {});
    scope = device.openScope();
    golden = GoldenModel.load(files, device);
    TrainingSet examples = new LabelledExamples(GoldenInputs.read(files), LABELS, false);
    calibrator = new Calibrator(golden.model(), examples, "key", folder, done -> {});
    calibrator.moments();
  }

  @AfterEach
  void close() {
    if (golden != null) {
      calibrator.close();
      scope.close();
      golden.close();
      device.close();
    }
  }

  private Compression compress(String method, Budget budget) {
    try (FactorizationCache cache = new FactorizationCache(device)) {
      return compress(method, budget, cache);
    }
  }

  private Compression compress(String method, Budget budget, FactorizationCache cache) {
    MethodSpec spec = MethodSpec.parse(method);
    Model model = golden.model();
    return spec.compressor()
        .compress(
            new CompressionRequest(
                model, model.slots(), budget, spec.options(), calibrator, cache, scope, 0));
  }

  private float[] product(Linear linear) {
    Tensor product = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(product));
    return product.toFloats();
  }

  private static double outputError(Compression compression) {
    return compression.layers().stream().mapToDouble(LayerReport::outputError).sum();
  }

  @Test
  void errorsOfOutputsAreMeasuredAlike() {
    Budget budget = new Budget.Rank(4);
    Compression svd = compress("svd", budget);
    Compression drone = compress("drone", budget);
    Compression compensated = compress("drone:bias=compensate", budget);
    Compression lord = compress("lord", budget);
    for (int i = 0; i < drone.layers().size(); i++) {
      LayerReport layer = drone.layers().get(i);
      assertTrue(layer.replaced());
      double slack = 1e-5 * layer.outputNorm();
      assertEquals(layer.diagnostics().predictedError(), layer.outputError(), slack);
      assertTrue(layer.outputError() < svd.layers().get(i).outputError());
      assertTrue(compensated.layers().get(i).outputError() <= layer.outputError() + slack);
      assertTrue(
          lord.layers().get(i).outputError() <= compensated.layers().get(i).outputError() + slack);
      assertEquals(
          lord.layers().get(i).diagnostics().predictedError(),
          lord.layers().get(i).outputError(),
          slack);
      assertEquals(svd.layers().get(i).outputNorm(), layer.outputNorm(), 0);
    }
  }

  @Test
  void biasesMoveOnlyWhereAsked() {
    Compression kept = compress("drone", new Budget.Rank(4));
    Compression moved = compress("drone:bias=compensate", new Budget.Rank(4));
    for (LinearSlot slot : golden.model().slots()) {
      assertSame(slot.linear().bias(), kept.replacements().get(slot.name()).bias());
      LowRankLinear factored = (LowRankLinear) moved.replacements().get(slot.name());
      double[] mean = calibrator.moments().of(slot.name()).mean();
      float[] before = product(slot.linear());
      float[] after = product(factored);
      double[] expected = slot.linear().bias().toDoubles();
      for (int i = 0; i < before.length; i++) {
        expected[i / mean.length] += (before[i] - after[i]) * mean[i % mean.length];
      }
      assertArrayEquals(expected, factored.bias().toDoubles(), 1e-5, slot.name());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"svd", "asvd", "drone", "svdllm", "lord", "dalr", "fwsvd"})
  void whatIsCutForAnotherBudgetIsTheSame(String method) {
    Budget small = new Budget.Rank(3);
    Budget large = new Budget.Keep(0.8);
    try (FactorizationCache cache = new FactorizationCache(device)) {
      Compression alone = compress(method, small);
      compress(method, large, cache);
      Compression shared = compress(method, small, cache);
      for (int i = 0; i < alone.layers().size(); i++) {
        LayerReport expected = alone.layers().get(i);
        LayerReport actual = shared.layers().get(i);
        assertEquals(expected.rank(), actual.rank());
        // Singular values of random matrices are close: vectors may differ, errors may not.
        assertEquals(expected.error(), actual.error(), 1e-4 * expected.error());
        assertEquals(expected.outputError(), actual.outputError(), 1e-2 * expected.outputError());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"svd", "asvd", "drone", "lord"})
  void energyIsOfTheMethodsOwnSpectrum(String method) {
    Compression compression = compress(method, new Budget.Energy(0.7));
    boolean some = false;
    for (LayerReport layer : compression.layers()) {
      if (layer.replaced() && method.equals("drone")) {
        double lost = layer.outputError() / layer.outputNorm();
        assertTrue(lost * lost <= 0.3 + 1e-6, layer.layer());
      }
      if (layer.replaced() && method.equals("svd")) {
        assertTrue(layer.energyKept() >= 0.7 - 1e-6, layer.layer());
      }
      some |= layer.replaced();
    }
    assertTrue(some);
  }

  /** Plain SVD that tells of every matrix whether all singular values were asked for. */
  private static final class Watched extends LowRankMethod {
    private final List<Boolean> whole = new ArrayList<>();

    @Override
    public MethodInfo info() {
      return new MethodInfo(
          "watched", "", "", Set.of(Need.WEIGHTS, Need.ACTIVATIONS), "", options());
    }

    @Override
    protected List<LowRankFactorization> decompose(DecompositionRequest request) {
      request.targets().forEach(target -> whole.add(target.wholeSpectrum()));
      return WeightedSvd.decompose(request);
    }
  }

  @Test
  void sequentialFactorsAreMadeForTheirPointHoweverThatWasChosen() {
    Watched watched = new Watched();
    MethodOptions options = new MethodOptions(Map.of("statistics", "sequential", "bias", "keep"));
    Model model = golden.model();
    try (FactorizationCache cache = new FactorizationCache(device)) {
      Compression made =
          watched.compress(
              new CompressionRequest(
                  model,
                  model.slots(),
                  new Budget.Energy(0.8),
                  options,
                  calibrator,
                  cache,
                  scope,
                  0));
      int matrices = model.slots().size();
      int replaced = made.replacements().size();
      assertTrue(replaced > 0);
      // Once for the choice, with the dense model's statistics; then for the point alone.
      assertEquals(Collections.nCopies(matrices, true), watched.whole.subList(0, matrices));
      assertEquals(
          Collections.nCopies(replaced, false),
          watched.whole.subList(matrices, watched.whole.size()));
    }
  }

  @Test
  void sequentialStatisticsAreThoseOfTheModelSoFar() {
    Budget budget = new Budget.Rank(4);
    Compression still = compress("drone", budget);
    Compression sequential = compress("drone:statistics=sequential", budget);
    Compression refitted = compress("svdllm:update=ls", budget);
    for (LinearSlot slot : golden.model().slots()) {
      float[] one = product(still.replacements().get(slot.name()));
      float[] other = product(sequential.replacements().get(slot.name()));
      float[] third = product(refitted.replacements().get(slot.name()));
      if (slot.layer() == 0) {
        assertArrayEquals(one, other, 1e-5f, slot.name());
        assertArrayEquals(one, third, 1e-4f, slot.name());
      } else {
        assertFalse(Arrays.equals(one, other), slot.name());
        assertFalse(Arrays.equals(one, third), slot.name());
      }
    }
    assertTrue(outputError(still) <= outputError(sequential));
    assertEquals("sequential", sequential.parameters().get("statistics"));
    assertEquals("3", sequential.parameters().get("examples"));
  }

  /** What is done with factors afterwards asks for no factorization of its own. */
  @Test
  void updatesShareFactorizations() {
    assertEquals(key("svdllm"), key("svdllm:update=ls"));
    assertEquals(key("svdllm"), key("svdllm:update=lora:epochs=1:bias=compensate"));
    assertNotEquals(key("svdllm"), key("svdllm:whitening=eigen"));
    assertNotEquals(key("asvd"), key("asvd:alpha=1"));
    assertEquals("svd", key("svd:bias=compensate"));
  }

  private static String key(String method) {
    MethodSpec spec = MethodSpec.parse(method);
    return ((MatrixMethod) spec.compressor()).factorizationKey(spec.options());
  }

  @Test
  void matricesThatWouldNotShrinkAreKept() {
    Compression compression = compress("drone", new Budget.Rank(1000));
    assertTrue(compression.replacements().isEmpty());
    assertTrue(compression.layers().get(0).diagnostics().note().startsWith("kept dense"));
  }
}
