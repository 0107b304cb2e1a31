package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped demo models know their tasks, and lose what they know as rank falls. */
class DemoScoresTest {
  private static final int EXAMPLES = 500;

  @TempDir private Path cache;

  @ParameterizedTest
  @CsvSource({
    "demo:bert, demo-cola, 0.55",
    "demo:bert, demo-sst2, 0.9",
    "demo:bert, demo-rte, 0.78",
    "demo:bert, demo-stsb, 0.75",
    "demo:gpt2, demo-sst2, 0.85"
  })
  void theDenseModelScoresAndATenthOfItDoesNot(String name, String task, double least) {
    double[] metrics = metrics(name, task, EXAMPLES);
    assertTrue(metrics[0] >= least, () -> Arrays.toString(metrics));
    assertTrue(metrics[1] > metrics[2], () -> Arrays.toString(metrics));
    assertTrue(metrics[0] - metrics[2] > 0.04, () -> Arrays.toString(metrics));
  }

  @Test
  void theLanguageModelPredictsItsTextAndATenthOfItDoesNot() {
    double[] perplexities = metrics("demo:gpt2", "demo-lm", 0);
    assertTrue(perplexities[0] < 10, () -> Arrays.toString(perplexities));
    assertTrue(perplexities[1] < perplexities[2], () -> Arrays.toString(perplexities));
    assertTrue(perplexities[2] > 1.5 * perplexities[0], () -> Arrays.toString(perplexities));
  }

  /** Of the dense model, of half of it and of a tenth. */
  private double[] metrics(String name, String task, int limit) {
    DataSource source = new DataSource(null, TextSource.NONE, cache, 128);
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        LoadedModel loaded =
            LoadedModel.open(ModelSources.of(name, cache).directory(task), device)) {
      Evaluation evaluation =
          Tasks.get(task).load(source, limit).evaluation(loaded.model(), loaded.tokenizer(), 0);
      return new double[] {
        metric(evaluation, loaded.model()),
        metricAt(0.5, evaluation, loaded.model()),
        metricAt(0.1, evaluation, loaded.model())
      };
    }
  }

  private static double metricAt(double keep, Evaluation evaluation, Model dense) {
    MethodSpec svd = MethodSpec.parse("svd");
    try (FactorizationCache cache = new FactorizationCache(dense.device());
        Scope scope = dense.device().openScope()) {
      CompressionRequest request =
          new CompressionRequest(
              dense, dense.slots(), new Budget.Keep(keep), svd.options(), null, cache, scope, 0);
      try (Model compressed = dense.with(svd.compressor().compress(request).replacements())) {
        return metric(evaluation, compressed);
      }
    }
  }

  private static double metric(Evaluation evaluation, Model model) {
    return evaluation.run(model, done -> {}).score().metric();
  }
}
