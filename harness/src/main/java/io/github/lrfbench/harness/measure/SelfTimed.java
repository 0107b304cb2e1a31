package io.github.lrfbench.harness.measure;

/** A subject that runs elsewhere and tells itself how long that took, without the way there. */
public interface SelfTimed extends Runnable {
  /** Nanoseconds of the last run. */
  long lastNanos();

  /** Runs and times a subject: by its own clock if it has one. */
  static long time(Runnable subject, Clock clock) {
    long start = clock.nanoTime();
    subject.run();
    return subject instanceof SelfTimed own ? own.lastNanos() : clock.nanoTime() - start;
  }
}
