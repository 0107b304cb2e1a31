package io.github.lrfbench.harness.zoo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.CompressionRequest;
import io.github.lrfbench.harness.compress.MethodSpec;
import io.github.lrfbench.harness.compress.factor.DecompositionCache;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped demo models know their tasks, and lose what they know as rank falls. */
class DemoScoresTest {
  private static final int EXAMPLES = 500;

  @TempDir private Path cache;

  @ParameterizedTest
  @CsvSource({"demo-cola, 0.5", "demo-sst2, 0.9", "demo-rte, 0.78", "demo-stsb, 0.7"})
  void theDenseModelScoresAndATenthOfItDoesNot(String task, double least) {
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        LoadedModel loaded =
            LoadedModel.open(
                ModelSources.of(ModelSources.DEMO_BERT, cache).directory(task), device)) {
      GlueEvaluation evaluation =
          GlueEvaluation.prepare(
              loaded.model(),
              loaded.tokenizer(),
              TaskData.load(TaskData.known().get(task), null, cache, EXAMPLES),
              128,
              0);
      double dense = metric(evaluation, loaded.model());
      double half = metricAt(0.5, evaluation, loaded.model());
      double tenth = metricAt(0.1, evaluation, loaded.model());
      assertTrue(dense >= least, () -> "dense " + dense);
      assertTrue(half > tenth && dense - tenth > 0.04, () -> dense + ", " + half + ", " + tenth);
    }
  }

  private static double metricAt(double keep, GlueEvaluation evaluation, Model dense) {
    MethodSpec svd = MethodSpec.parse("svd");
    try (DecompositionCache cache = new DecompositionCache(dense.device(), List.of());
        Scope scope = dense.device().openScope()) {
      CompressionRequest request =
          new CompressionRequest(
              dense, dense.slots(), new Budget.Keep(keep), svd.options(), null, cache, scope, 0);
      try (Model compressed = dense.with(svd.compressor().compress(request).replacements())) {
        return metric(evaluation, compressed);
      }
    }
  }

  private static double metric(GlueEvaluation evaluation, Model model) {
    return evaluation.run(model, done -> {}).score().metric();
  }
}
