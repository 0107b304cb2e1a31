package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What lies beside each other after a run.
 *
 * @param source the rows' file
 * @param runs the rows
 * @param layers the rows of matrices; none where there is no such file
 * @param record how the run was made, where that is known
 */
public record ReportInput(
    Path source, List<RunRow> runs, List<LayerRow> layers, Optional<Map<String, Object>> record) {

  /**
   * Reads a file of rows, with {@code layers.csv} (or {@code NAME-layers.csv} for a file {@code
   * NAME.csv}) and {@code run.json} from the same folder where they are there.
   *
   * @throws io.github.lrfbench.kernels.InputException if a file is wrong, or there are no rows
   */
  public static ReportInput read(Path runs) {
    String name = runs.getFileName().toString();
    boolean usual = name.equals(ResultsCsv.RUNS.schema().file());
    Path layers =
        runs.resolveSibling(
            usual
                ? ResultsCsv.LAYERS.schema().file()
                : name.replaceFirst("(\\.csv)?$", "-layers.csv"));
    return new ReportInput(
        runs,
        ResultsCsv.RUNS.read(runs),
        Files.exists(layers) ? ResultsCsv.LAYERS.read(layers) : List.of(),
        usual ? RunJson.read(runs.resolveSibling(RunJson.FILE)) : Optional.empty());
  }
}
