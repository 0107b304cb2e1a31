package io.github.lrfbench.harness.measure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The energy of a run by a counter that moves in steps, of NVML every 20 to 100 ms. So runs are
 * repeated in blocks of at least half a second, from one moment at which the counter has just moved
 * to another; a run of a second or longer is a block by itself. There are two blocks of each
 * subject, in turns A B B A, so that a device that gets hotter does it to all; one of each if those
 * take ten seconds.
 */
public final class EnergyMeter {
  private static final long BLOCK = Duration.ofMillis(500).toNanos();
  private static final long LONG_RUN = Duration.ofSeconds(1).toNanos();
  private static final long ENOUGH = Duration.ofSeconds(10).toNanos();

  /** After which a counter that has not moved is taken to stand still. */
  private static final long PATIENCE = Duration.ofSeconds(2).toNanos();

  private final DoubleSupplier joules;
  private final Clock clock;

  /**
   * A meter.
   *
   * @param joules the counter; NaN where it cannot be read
   */
  public EnergyMeter(DoubleSupplier joules, Clock clock) {
    this.joules = joules;
    this.clock = clock;
  }

  /**
   * Runs the subjects, each once before it counts.
   *
   * @param subjects a run returns when its work is done
   * @return joules of a run of each, in their order; NaN where the counter stood still, went
   *     backwards or could not be read
   */
  public double[] measure(List<? extends Runnable> subjects) {
    subjects.forEach(Runnable::run);
    Tally[] tallies = new Tally[subjects.size()];
    Arrays.setAll(tallies, i -> new Tally());
    long start = clock.nanoTime();
    for (int i = 0; i < tallies.length; i++) {
      block(subjects.get(i), tallies[i]);
    }
    if (clock.nanoTime() - start < ENOUGH) {
      for (int i = tallies.length - 1; i >= 0; i--) {
        block(subjects.get(i), tallies[i]);
      }
    }
    return Arrays.stream(tallies).mapToDouble(Tally::joulesOfRun).toArray();
  }

  private void block(Runnable subject, Tally tally) {
    double start = joules.getAsDouble();
    long begin = clock.nanoTime();
    subject.run();
    double now = joules.getAsDouble();
    long elapsed = clock.nanoTime() - begin;
    if (elapsed >= LONG_RUN) {
      tally.add(now - start, 1);
      return;
    }
    while (now == start && elapsed < PATIENCE) {
      subject.run();
      now = joules.getAsDouble();
      elapsed = clock.nanoTime() - begin;
    }
    if (now == start || Double.isNaN(now)) {
      tally.add(Double.NaN, 1);
      return;
    }
    start = now;
    begin = clock.nanoTime();
    double before;
    int runs = 0;
    do {
      before = now;
      subject.run();
      runs++;
      now = joules.getAsDouble();
      elapsed = clock.nanoTime() - begin;
    } while ((elapsed < BLOCK || now == before) && elapsed < BLOCK + PATIENCE);
    tally.add(now == before ? Double.NaN : now - start, runs);
  }

  private static final class Tally {
    private double sum;
    private int runs;

    void add(double joules, int of) {
      sum += joules > 0 ? joules : Double.NaN;
      runs += of;
    }

    double joulesOfRun() {
      return sum / runs;
    }
  }
}
