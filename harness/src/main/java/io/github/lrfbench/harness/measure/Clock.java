package io.github.lrfbench.harness.measure;

/** A clock for intervals; tests bring their own. */
@FunctionalInterface
public interface Clock {
  /** The clock of the JVM with the finest resolution. */
  Clock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary moment. */
  long nanoTime();
}
