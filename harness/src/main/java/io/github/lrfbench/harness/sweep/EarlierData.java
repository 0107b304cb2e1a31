package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.DataAgreement;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Keeps a sweep from going on with results that are of other data than what it reads now. */
final class EarlierData {
  private EarlierData() {}

  /**
   * Compares the hashes that finished rows tell with those of the files. What rows of earlier
   * versions do not tell is taken for the same.
   *
   * @param out the directory of the results
   * @param inputs what cells are evaluated on
   * @param training reads what the task's cells learn from; asked where a row tells its hash
   * @throws InputException if a row is of other data
   */
  static void require(Path out, List<TaskInput> inputs, Function<TaskInput, TaskInput> training) {
    Path file = out.resolve(RunColumns.TABLE.file());
    if (!Files.isRegularFile(file)) {
      return;
    }
    Map<String, TaskInput> evaluated = new HashMap<>();
    inputs.forEach(input -> evaluated.put(input.task().name(), input));
    Map<String, TaskInput> learnt = new HashMap<>();
    for (RunRow row : ResultsCsv.RUNS.read(file)) {
      TaskInput input = evaluated.get(row.get(RunColumns.TASK));
      if (row.failed() || input == null) {
        continue;
      }
      boolean same = input.sha256().equals(row.get(RunColumns.DATA_HASH));
      if (DataAgreement.isNamed(row) && !same) {
        continue;
      }
      require(file, row, RunColumns.DATA_HASH, input);
      if (training != null && row.get(RunColumns.TRAIN_HASH) != null) {
        String task = input.task().name();
        require(
            file,
            row,
            RunColumns.TRAIN_HASH,
            learnt.computeIfAbsent(task, name -> training.apply(input)));
      }
    }
  }

  private static void require(Path file, RunRow row, Column<String> column, TaskInput now) {
    String hash = row.get(column);
    if (hash != null && !hash.equals(now.sha256())) {
      throw new InputException(
          String.format(
              "%s: is not what cell %s of %s was made with, by its %s; give another --out",
              now.source(), row.get(RunColumns.CELL_ID), file, column.name()));
    }
  }
}
