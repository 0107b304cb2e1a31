package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.text.OneLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far a long command is, on stderr: one line that is redrawn on a terminal, now and then a line
 * of its own elsewhere.
 *
 * <p>The launcher says by the properties {@code lrfbench.tty} and {@code lrfbench.columns} whether
 * stderr is a terminal and how wide. Nothing runs in the background, so measurements are not
 * disturbed. Thread-safe.
 */
public final class Progress implements AutoCloseable {
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int DEFAULT_COLUMNS = 80;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream err;
  private final boolean terminal;
  private final int columns;
  private final LongSupplier nanoTime;
  private final long total;
  private final String label;
  private final long start;
  private long begun;
  private long skipped;
  private String item = "";
  private String detail = "";
  private long lastShown;
  private boolean done;

  Progress(
      PrintStream err,
      boolean terminal,
      int columns,
      LongSupplier nanoTime,
      long total,
      String label) {
    this.err = err;
    this.terminal = terminal;
    this.columns = columns;
    this.nanoTime = nanoTime;
    this.total = total;
    this.label = label;
    start = nanoTime.getAsLong();
    lastShown = start;
    show();
  }

  /**
   * Begins to report.
   *
   * @param total number of items
   * @param label what is being done
   */
  public static Progress start(long total, String label) {
    boolean terminal = Boolean.getBoolean("lrfbench.tty");
    int columns = Integer.getInteger("lrfbench.columns", DEFAULT_COLUMNS);
    return new Progress(
        PlainPrintStream.raw(System.err),
        terminal,
        columns > 0 ? columns : DEFAULT_COLUMNS,
        System::nanoTime,
        total,
        label);
  }

  /** The next item begins; those before it are done. */
  public synchronized void step(String item) {
    begun++;
    this.item = item;
    detail = "";
    showIfDue(terminal ? REDRAW_NANOS : LINE_NANOS);
  }

  /** The next item takes no time, and tells nothing of how long the others take. */
  public synchronized void skip() {
    skipped++;
  }

  /** So many items are done. */
  public synchronized void advance(long finished) {
    begun = finished + 1;
    showIfDue(terminal ? REDRAW_NANOS : LINE_NANOS);
  }

  /** Says what is going on within the item. */
  public synchronized void detail(String detail) {
    this.detail = detail;
    showIfDue(terminal ? REDRAW_NANOS : LINE_NANOS);
  }

  /** Prints a line for good, such as a warning. */
  public synchronized void note(String line) {
    if (terminal) {
      err.print(CLEAR_LINE);
    }
    err.println(OneLine.of(line));
    if (terminal && !done) {
      show();
    }
  }

  /** All items are done. */
  public synchronized void done() {
    if (!done) {
      done = true;
      begun = total + 1;
      item = "";
      detail = "";
      show();
    }
  }

  /** Leaves the terminal at the beginning of a line, whether or not all items are done. */
  @Override
  public synchronized void close() {
    if (!done) {
      done = true;
      if (terminal) {
        err.println();
      }
    }
  }

  private void showIfDue(long interval) {
    if (nanoTime.getAsLong() - lastShown >= interval) {
      show();
    }
  }

  private void show() {
    lastShown = nanoTime.getAsLong();
    String course = course(lastShown - start);
    String names = names();
    if (!terminal) {
      err.println(course + names);
      return;
    }
    int room = Math.max(1, columns - 1 - course.codePointCount(0, course.length()));
    err.print(CLEAR_LINE + OneLine.shorten(course + OneLine.shorten(names, room), columns - 1));
    if (done) {
      err.println();
    }
    err.flush();
  }

  /** What goes on. */
  private String names() {
    String names = (item.isEmpty() ? "" : ", " + item) + (detail.isEmpty() ? "" : ", " + detail);
    return OneLine.of(names);
  }

  /** How far it is. */
  private String course(long elapsed) {
    long finished = Math.max(0, Math.min(begun - 1, total));
    StringBuilder line = new StringBuilder(label);
    line.append(": ").append(finished).append('/').append(total);
    line.append(", ").append(clock(elapsed));
    long timed = finished - skipped;
    if (timed > 0 && finished < total) {
      line.append(", ETA ").append(clock(elapsed / timed * (total - finished)));
    }
    return OneLine.of(line.toString());
  }

  private static String clock(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
