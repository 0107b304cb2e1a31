package io.github.lrfbench.harness.measure;

import io.github.lrfbench.kernels.DeviceMemoryException;

/** Failures for want of memory, the device's or the machine's, told from all others. */
public final class OutOfMemory {
  private static final String HEAP = "Java heap space";
  private static final String THREADS = "native thread";

  private OutOfMemory() {}

  /** Whether a failure, or what led to it, is one for want of memory. */
  public static boolean isCauseOf(Throwable failure) {
    return find(failure) != null;
  }

  /** One line on such a failure for users. */
  public static String describe(Throwable failure) {
    Throwable cause = find(failure);
    if (cause instanceof DeviceMemoryException) {
      return cause.getMessage();
    }
    String line = "out of memory (" + cause.getMessage() + ")";
    return HEAP.equals(cause.getMessage())
        ? line
            + "; the Java heap is limited to "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + " MiB, set LRFBENCH_JAVA_OPTS=-Xmx... for more"
        : line;
  }

  private static Throwable find(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DeviceMemoryException
          || cause instanceof OutOfMemoryError && !isForThreads(cause)) {
        return cause;
      }
    }
    return null;
  }

  /** Java throws the same error where the system's limit on threads is reached. */
  private static boolean isForThreads(Throwable error) {
    return error.getMessage() != null && error.getMessage().contains(THREADS);
  }
}
