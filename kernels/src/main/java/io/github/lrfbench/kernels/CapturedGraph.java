package io.github.lrfbench.kernels;

/** Work that a device has captured, to do again; made by {@link Device#capture}. */
public interface CapturedGraph extends AutoCloseable {
  /** A graph that runs the work again, for devices that cannot capture it. */
  static CapturedGraph ofRunning(Runnable work) {
    return ofRunning(work, () -> {});
  }

  /**
   * The same, on something that was made for the work.
   *
   * @param release frees that; runs once, when the graph is closed
   */
  static CapturedGraph ofRunning(Runnable work, Runnable release) {
    return new RerunGraph(work, release);
  }

  /**
   * Does the work again, on what the tensors that it reads hold now. Like every kernel, it may
   * return before the device is done.
   *
   * @throws IllegalStateException if the graph is closed
   */
  void replay();

  /** Whether the device does the work by itself, without the host's running it again. */
  boolean isCaptured();

  @Override
  void close();
}
