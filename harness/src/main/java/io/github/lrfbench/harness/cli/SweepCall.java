package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.report.RunTable;
import io.github.lrfbench.harness.result.OutputException;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.sweep.CellChoice;
import io.github.lrfbench.harness.sweep.GridData;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepListener;
import io.github.lrfbench.harness.sweep.SweepPlan;
import io.github.lrfbench.harness.sweep.SweepRecord;
import io.github.lrfbench.harness.sweep.SweepRunner;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One call of {@code sweep}: its grids, one after the other, into one directory. */
final class SweepCall {
  /**
   * A grid.
   *
   * @param selection opens its devices
   */
  record Grid(SweepConfig config, DeviceSelection selection) {
    private boolean sharesDevices(Grid other) {
      return config.device().equals(other.config.device())
          && config.dtype().equals(other.config.dtype())
          && config.threads() == other.config.threads();
    }
  }

  private final List<Grid> grids;
  private final SweepRecord record;
  private final CellChoice choice;
  private final Path cache = Natives.cacheFolder();
  private List<RunRow> rows = List.of();

  SweepCall(List<Grid> grids, SweepRecord record, CellChoice choice) {
    this.grids = grids;
    this.record = record;
    this.choice = choice;
  }

  /** The rows of all cells, those of earlier calls included. */
  List<RunRow> rows() {
    return rows;
  }

  /** Runs all of them, and prints the table of all of their cells. */
  int run(PrintWriter stdout) {
    Path target = grids.get(0).config().out();
    long cells = grids.stream().mapToLong(grid -> SweepPlan.size(grid.config())).sum();
    Map<String, RunRow> byId = new LinkedHashMap<>();
    boolean done = true;
    SweepProgress progress = new SweepProgress(cells);
    try (progress;
        Interruption interruption = new Interruption(() -> progress.stopped(target));
        OpenDevices devices = new OpenDevices()) {
      if (grids.size() > 1) {
        // What is wrong with a later grid shows before the first has run for hours.
        GridData data = new GridData();
        grids.forEach(grid -> runner(grid, devices, SweepListener.NONE).check(data));
      }
      for (Grid grid : grids) {
        SweepRunner runner = runner(grid, devices, progress);
        progress.opening(devices.choice());
        done &= run(runner).isEmpty();
        runner.table().forEach(row -> byId.put(row.get(RunColumns.CELL_ID), row));
      }
    }
    rows = List.copyOf(byId.values());
    stdout.print(RunTable.render(rows));
    stdout.flush();
    if (!done) {
      record.describeTimes().forEach(System.err::println);
    }
    System.err.println((done ? "all cells were done already: " : "written to ") + target);
    return rows.stream().anyMatch(RunRow::failed) ? ExitCode.FAILED : ExitCode.DONE;
  }

  private SweepRunner runner(Grid grid, OpenDevices devices, SweepListener listener) {
    return new SweepRunner(grid.config(), devices.of(grid), cache, listener);
  }

  /** Tells what goes wrong while results are written from what is wrong before any are. */
  private List<RunRow> run(SweepRunner runner) {
    try {
      return runner.run(record, choice);
    } catch (InputException | OutputException e) {
      if (record.hasStarted()) {
        throw new OutputException(e.getMessage() + "; the same command goes on from there", e);
      }
      throw e;
    }
  }

  /**
   * The devices of the grid that is at work; grids that follow each other on the same share them.
   * One that was lost stays out of the grids that follow: a process does not get it back.
   */
  private static final class OpenDevices implements AutoCloseable {
    /** Their full ids. */
    private final Set<String> lost = new TreeSet<>();

    private Grid user;
    private List<Device> devices = List.of();

    List<Device> of(Grid grid) {
      List<String> gone =
          devices.stream()
              .filter(Device::isLost)
              .map(device -> DeviceKinds.full(device.id()))
              .toList();
      if (user == null || !user.sharesDevices(grid) || !gone.isEmpty()) {
        boolean any = devices.isEmpty() || gone.size() < devices.size();
        close();
        lost.addAll(gone);
        devices = any ? grid.selection().openAll(lost) : List.of();
        if (devices.isEmpty()) {
          throw new OutputException("no device is left; lost: " + String.join(", ", lost), null);
        }
        user = grid;
      }
      return devices;
    }

    String choice() {
      return user.selection().choice();
    }

    @Override
    public void close() {
      user = null;
      devices.forEach(Device::close);
      devices = List.of();
    }
  }
}
