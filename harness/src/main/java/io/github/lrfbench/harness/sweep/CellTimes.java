package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** How long cells took in earlier runs, to tell how long others may take. */
public final class CellTimes {
  private static final List<Column<Double>> STAGES =
      List.of(
          TimeColumns.COMPRESS_SECONDS,
          TimeColumns.CALIBRATE_SECONDS,
          TimeColumns.FINETUNE_SECONDS,
          TimeColumns.EVAL_SECONDS);

  private final List<RunRow> rows;

  private CellTimes(List<RunRow> rows) {
    this.rows = rows;
  }

  /** The times in some {@code runs.csv}; what is missing or cannot be read is passed over. */
  public static CellTimes of(List<Path> files) {
    List<RunRow> rows = new ArrayList<>();
    for (Path file : files) {
      try {
        if (Files.isRegularFile(file)) {
          ResultsCsv.RUNS.read(file).stream()
              .filter(row -> !row.failed() && !row.isBeside())
              .forEach(rows::add);
        }
      } catch (InputException e) {
        // An estimate is not worth a failure.
      }
    }
    return new CellTimes(rows);
  }

  /** Number of cells whose time is known. */
  public int size() {
    return rows.size();
  }

  /**
   * The mean over cells of the same model and task: those of the same method and training if there
   * are some, else all without training.
   */
  OptionalDouble seconds(String model, String task, Variant variant) {
    Predicate<RunRow> same =
        row -> model.equals(row.get(RunColumns.MODEL)) && task.equals(row.get(RunColumns.TASK));
    boolean trains = !variant.isDense() && variant.recovery().trains();
    String method = variant.method().text();
    OptionalDouble exact =
        mean(
            same.and(
                row ->
                    method.equals(row.get(RunColumns.METHOD))
                        && trains == (row.get(TimeColumns.FINETUNE_SECONDS) != null)));
    return exact.isPresent() || trains
        ? exact
        : mean(same.and(row -> row.get(TimeColumns.FINETUNE_SECONDS) == null));
  }

  private OptionalDouble mean(Predicate<RunRow> chosen) {
    return rows.stream().filter(chosen).mapToDouble(CellTimes::seconds).average();
  }

  private static double seconds(RunRow row) {
    double seconds = 0;
    for (Column<Double> stage : STAGES) {
      seconds += row.get(stage) == null ? 0 : row.get(stage);
    }
    Double millis = row.get(TimeColumns.LATENCY_MS_MEAN);
    Long runs = row.get(TimeColumns.LATENCY_RUNS);
    // The dense model runs in turns with the other.
    return millis == null || runs == null ? seconds : seconds + 2 * runs * millis / 1e3;
  }
}
