package io.github.lrfbench.harness.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/** A clock for intervals; tests bring their own. */
@FunctionalInterface
public interface Clock {
  /** The clock of the JVM with the finest resolution. */
  Clock SYSTEM =
      new Clock() {
        private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long compilerMillis() {
          return compiler != null && compiler.isCompilationTimeMonitoringSupported()
              ? compiler.getTotalCompilationTime()
              : 0;
        }
      };

  /** Nanoseconds since an arbitrary moment. */
  long nanoTime();

  /** Milliseconds for which the JVM has compiled the program beside its work; 0 if unknown. */
  default long compilerMillis() {
    return 0;
  }
}
