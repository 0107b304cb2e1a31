package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.sweep.SweepListener;

/** Shows how a sweep goes on stderr. */
final class SweepProgress implements SweepListener, AutoCloseable {
  private final String opening;
  private Progress progress;
  private int remaining;

  /** Progress that says one line first, once nothing the user named can be wrong any more. */
  SweepProgress(String opening) {
    this.opening = opening;
  }

  @Override
  public void started(int cells) {
    System.err.println(opening);
    remaining = cells;
    progress = Progress.start(cells, "sweep");
    progress.step("");
  }

  @Override
  public void working(String what) {
    progress.detail(what);
  }

  @Override
  public void finished(String cell) {
    remaining--;
    if (remaining == 0) {
      progress.done();
    } else {
      progress.step("");
    }
  }

  @Override
  public void note(String line) {
    progress.note(line);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
