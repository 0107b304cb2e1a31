package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import java.nio.file.Path;
import java.util.List;

/** Rows of a small grid, each with what a sweep would write. */
final class Rows {
  private static final long LINEAR = 1000;

  private Rows() {}

  static RunRow.Builder of(String task, String label, double keep, double metric, double error) {
    return of(task, label, keep, metric, error, 0);
  }

  static RunRow.Builder of(
      String task, String label, double keep, double metric, double error, long seed) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, task + "-" + label.replace(' ', '-') + "-" + keep + "-" + seed)
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.MODEL, "m-" + task)
        .set(RunColumns.MODEL_REVISION, "revision-" + task)
        .set(RunColumns.TASK, task)
        .set(RunColumns.SPLIT, "dev")
        .set(RunColumns.EXAMPLES, 100)
        .set(RunColumns.DATA_HASH, "data-" + task)
        .set(RunColumns.METHOD, label.split(" ")[0])
        .set(RunColumns.LABEL, label)
        .set(RunColumns.BUDGET_KIND, "keep")
        .set(RunColumns.BUDGET, keep)
        .set(RunColumns.SEED, seed)
        .set(MachineColumns.DEVICE, "cpu")
        .set(MachineColumns.DEVICE_NAME, "Imaginary Processor")
        .set(MachineColumns.DTYPE, "fp32")
        .set(MachineColumns.THREADS, 2)
        .set(TimeColumns.BATCH_SIZE, 1)
        .set(TimeColumns.SEQ_LEN, 128)
        .set(TimeColumns.SPEEDUP, 1 / keep)
        .set(ScoreColumns.METRIC_NAME, "accuracy")
        .set(ScoreColumns.METRIC, metric)
        .set(ScoreColumns.METRIC_STDERR, error)
        .set(ScoreColumns.METRIC_DENSE, 0.9)
        .set(SizeColumns.LINEAR_PARAMS_DENSE, LINEAR)
        .set(SizeColumns.LINEAR_PARAMS, Math.round(keep * LINEAR))
        .set(SizeColumns.LINEAR_RATIO, keep)
        .set(SizeColumns.PARAMS_RATIO, (1 + keep) / 2)
        .set(SizeColumns.FLOPS_RATIO, keep);
  }

  /** A method that cuts a head of few parameters, whatever the budget. */
  static RunRow.Builder head(String task, double keep, double metric) {
    return of(task, "svd-head", keep, metric, 0.01)
        .set(SizeColumns.LINEAR_PARAMS_DENSE, 20)
        .set(SizeColumns.LINEAR_PARAMS, 1)
        .set(SizeColumns.LINEAR_RATIO, 0.05)
        .set(SizeColumns.PARAMS_RATIO, 0.99);
  }

  static List<ResultRow> read(Path folder, RunRow.Builder... rows) {
    return List.of(rows).stream().map(row -> new ResultRow(row.build(), folder)).toList();
  }

  static Question question() {
    return question(List.of("label"), List.of());
  }

  static Question question(List<String> by, List<String> mix) {
    return new Question(Metric.named(Metric.STANDARD), by, mix, 0.95, Question.BudgetOf.MODEL);
  }

  static Answers answers(Question question, RunRow.Builder... rows) {
    return new Answers(Contests.of(read(null, rows), question));
  }
}
