package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.sweep.CellTimes;
import io.github.lrfbench.harness.sweep.PlannedCell;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepPreview;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
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

  /**
   * Prints a line for every cell, and on the standard error stream what they come to and what is
   * wrong with models and data.
   *
   * @return the exit code
   */
  static int print(List<SweepCall.Grid> grids, Shard shard, PrintWriter stdout) {
    CellTimes times = CellTimes.of(earlierRuns(grids.get(0).config().out()));
    SweepPreview preview;
    List<PlannedCell> cells = new ArrayList<>();
    double seconds = 0;
    int most = 1;
    try (Device reader = Devices.open("cpu", DeviceOptions.DEFAULT, line -> {})) {
      preview = new SweepPreview(reader, Natives.cacheFolder(), times);
      for (SweepCall.Grid grid : grids) {
        int before = preview.cells().size();
        preview.add(grid.config(), deviceKind(grid));
        List<PlannedCell> all = preview.cells();
        List<PlannedCell> own =
            all.subList(before, all.size()).stream()
                .filter(cell -> cell.id().isEmpty() || shard.owns(cell.id().get()))
                .toList();
        cells.addAll(own);
        // Devices that share the cells of a grid are at work at once.
        int devices = grid.config().devices().size();
        seconds += own.stream().mapToDouble(cell -> cell.seconds().orElse(0)).sum() / devices;
        most = Math.max(most, devices);
      }
    }
    cells.forEach(cell -> stdout.println(cell.line()));
    stdout.flush();
    System.err.println(summary(cells, times, shard, seconds, most));
    preview
        .absent()
        .forEach(model -> System.err.println(model + " is not fetched yet: its cells have no ids"));
    preview.faults().forEach(fault -> System.err.println("lrfbench: " + fault));
    return preview.faults().isEmpty() ? ExitCode.DONE : ExitCode.WRONG_INPUT;
  }

  /** A GPU need not be here for cells that are to run on one elsewhere. */
  private static String deviceKind(SweepCall.Grid grid) {
    String id = grid.config().devices().get(0);
    if (id.equals("auto")) {
      try (Device device = grid.selection().open()) {
        id = device.id();
      }
    }
    return MachineColumns.kind(id);
  }

  private static String summary(
      List<PlannedCell> cells, CellTimes times, Shard shard, double seconds, int devices) {
    long unknown = cells.stream().filter(cell -> cell.seconds().isEmpty()).count();
    StringBuilder summary = new StringBuilder();
    summary.append(cells.size()).append(cells.size() == 1 ? " cell" : " cells");
    if (!shard.isWhole()) {
      summary.append(cells.stream().allMatch(cell -> cell.id().isPresent()) ? "" : " at most");
      summary.append(" of this shard, one of ").append(shard.count());
    }
    if (devices > 1) {
      summary.append(", shared by ").append(devices).append(" devices");
    }
    if (unknown < cells.size()) {
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
    return summary.toString();
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
