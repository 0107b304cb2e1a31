package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.sweep.CellTimes;
import io.github.lrfbench.harness.sweep.PlannedCell;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a sweep would do. */
final class DryRun {
  private static final int MINUTE = 60;

  private DryRun() {}

  /** Prints a line for every cell, and on the standard error stream what they come to. */
  static void print(List<SweepConfig> configs, Shard shard, PrintWriter stdout) {
    CellTimes times = CellTimes.of(earlierRuns(configs.get(0).out()));
    int cells = 0;
    int unknown = 0;
    double seconds = 0;
    for (SweepConfig config : configs) {
      for (PlannedCell cell : SweepPlan.cells(config, times)) {
        stdout.println(cell.line());
        cells++;
        unknown += cell.seconds().isPresent() ? 0 : 1;
        seconds += cell.seconds().orElse(0);
      }
    }
    stdout.flush();
    StringBuilder summary = new StringBuilder();
    summary.append(cells).append(cells == 1 ? " cell" : " cells");
    if (!shard.isWhole()) {
      summary.append(", of which about one in ").append(shard.count()).append(" is this shard's");
    }
    if (unknown < cells) {
      summary.append(
          String.format(
              Locale.ROOT,
              "; about %.0f min, by %d cells of earlier runs",
              Math.ceil(seconds / MINUTE),
              times.size()));
    }
    if (unknown > 0) {
      summary.append("; no earlier run tells how long ").append(unknown).append(" may take");
    }
    System.err.println(summary);
  }

  /** The results in the sweep's own directory, in those beside it and in the standard place. */
  private static List<Path> earlierRuns(Path out) {
    List<Path> files = new ArrayList<>();
    files.add(out.resolve(RunColumns.TABLE.file()));
    for (Path parent : Stream.of(out.toAbsolutePath().getParent(), OutputDirectory.RUNS).toList()) {
      if (parent != null && Files.isDirectory(parent)) {
        try (Stream<Path> folders = Files.list(parent)) {
          folders
              .map(folder -> folder.resolve(RunColumns.TABLE.file()))
              .sorted()
              .forEach(files::add);
        } catch (IOException e) {
          // An estimate is not worth a failure.
        }
      }
    }
    return files.stream().map(path -> path.toAbsolutePath().normalize()).distinct().toList();
  }
}
