package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.sweep.SweepListener;
import java.nio.file.Path;

/** Shows on stderr how a sweep goes: one bar for all of its grids. */
final class SweepProgress implements SweepListener, AutoCloseable {
  private final long cells;
  private String opening = "";
  private Progress progress;
  private long remaining;

  /** Progress over so many cells. */
  SweepProgress(long cells) {
    this.cells = cells;
    this.remaining = cells;
  }

  /** What is said once nothing that the user named for the next grid can be wrong any more. */
  void opening(String line) {
    if (progress != null && !line.equals(opening)) {
      progress.note(line);
    }
    opening = line;
  }

  @Override
  public synchronized void started(int cellsOfGrid) {
    if (progress == null) {
      System.err.println(opening);
      progress = Progress.start(cells, "sweep");
      progress.step("");
    }
  }

  @Override
  public void working(String what) {
    progress.detail(what);
  }

  @Override
  public synchronized void finished(String cell) {
    remaining--;
    if (remaining == 0) {
      progress.done();
    } else {
      progress.step("");
    }
  }

  @Override
  public void skipped(String cell) {
    progress.skip();
    finished(cell);
  }

  @Override
  public void note(String line) {
    progress.note(line);
  }

  /** Says what is kept where the process is ended from outside. */
  synchronized void stopped(Path out) {
    close();
    System.err.println(
        progress == null
            ? "stopped before anything was written"
            : "stopped; the rows of "
                + (cells - remaining)
                + " of "
                + cells
                + " cells are kept in "
                + out
                + "; the same command goes on from there");
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
