package org.example;

import io.github.lrfbench.harness.api.LrfBench;
import io.github.lrfbench.harness.api.Settings;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/** Sweeps, compresses with the budget that keeps the metric, and evaluates what was written. */
public final class Example {
  public static void main(String[] arguments) {
    Path out = Path.of(arguments[0]);
    Settings subject = Settings.of("demo:bert", "demo-sst2").with("device", "cpu");
    double smallest = 1;
    for (RunRow row :
        LrfBench.sweep(subject.with("keep", 0.9, 0.5).with("limit", 40).out(out.resolve("sweep")))) {
      System.out.println(row.get(RunColumns.METHOD) + " " + row.get(ScoreColumns.METRIC));
      if (row.get(RunColumns.BUDGET) != null && row.get(ScoreColumns.METRIC_DROP) < 0.1) {
        smallest = Math.min(smallest, row.get(RunColumns.BUDGET));
      }
    }
    LrfBench.compress(subject.with("keep", smallest).out(out.resolve("model")));
    Settings written = Settings.of(out.resolve("model").toString(), "demo-sst2");
    Score score = LrfBench.evaluate(written.with("device", "cpu").with("limit", 40));
    System.out.println("kept " + smallest + ": " + score.metricName() + " " + score.metric());
    try {
      LrfBench.evaluate(written.with("limit", -1));
    } catch (InputException e) {
      System.out.println(e.getMessage());
    }
  }
}
