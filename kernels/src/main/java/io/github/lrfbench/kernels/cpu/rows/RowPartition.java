package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.host.Workers;

/** Shares the rows of a matrix out to the workers. */
public final class RowPartition {
  /** Elements of one task: a few microseconds, many times what it takes to hand it over. */
  private static final int TASK_ELEMENTS = 1 << 14;

  private RowPartition() {}

  /** A loop's body over rows {@code [from, to)}. */
  public interface Body {
    void run(int from, int to);
  }

  /** Where the given one of so many nearly equal parts begins; the last ends at {@code size}. */
  public static int cut(int size, int part, int parts) {
    return (int) ((long) size * part / parts);
  }

  /** Runs the body over all rows, in tasks of whole rows, equally many for each worker. */
  public static void forEach(Workers workers, Matrix x, Body body) {
    int rows = x.rows();
    int band = Math.max(1, TASK_ELEMENTS / Math.max(1, x.cols()));
    long bands = ((long) rows + band - 1) / band;
    int width = workers.width();
    int tasks = (int) (bands <= 1 ? bands : Math.min(rows, (bands + width - 1) / width * width));
    workers.forEach(tasks, task -> body.run(cut(rows, task, tasks), cut(rows, task + 1, tasks)));
  }
}
