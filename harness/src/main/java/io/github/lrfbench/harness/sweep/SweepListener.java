package io.github.lrfbench.harness.sweep;

/** Is told how a sweep goes, for progress on a screen. */
public interface SweepListener {
  /**
   * All that the user named has been read; the sweep has this many cells. Comes before all other
   * calls.
   */
  void started(int cells);

  /** Work goes on with this, one line. */
  void working(String what);

  /** A cell's row is written, or was by an earlier run. */
  void finished(String cell);

  /** Something the user should know, one line. */
  void note(String line);
}
