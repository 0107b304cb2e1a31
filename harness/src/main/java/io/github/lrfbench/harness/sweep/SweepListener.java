package io.github.lrfbench.harness.sweep;

/**
 * Is told how a sweep goes, for progress on a screen. Calls come one at a time, on several devices
 * from several threads.
 */
public interface SweepListener {
  /** Does nothing. */
  SweepListener NONE = new SweepListener() {};

  /**
   * All that the user named has been read; the sweep has this many cells. Comes before all other
   * calls.
   */
  default void started(int cells) {}

  /** Work goes on with this, one line. */
  default void working(String what) {}

  /** A cell's row is written. */
  default void finished(String cell) {}

  /** A cell is passed over: its row was written before, or it belongs to another call. */
  default void skipped(String cell) {
    finished(cell);
  }

  /** Something the user should know, one line. */
  default void note(String line) {}
}
