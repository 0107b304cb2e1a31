package io.github.lrfbench.kernels;

/** Work that a device has recorded, to do again; made by {@link Device#record}. */
public interface Recording extends AutoCloseable {
  /** A recording that runs the work again, for devices that cannot record it. */
  static Recording ofRunning(Runnable work) {
    return ofRunning(work, () -> {});
  }

  /**
   * The same, on something that was made for the work.
   *
   * @param release frees that; runs once, when the recording is closed
   */
  static Recording ofRunning(Runnable work, Runnable release) {
    return new PlainRecording(work, release);
  }

  /**
   * Does the work again, on what the tensors that it reads hold now. Like every kernel, it may
   * return before the device is done.
   *
   * @throws IllegalStateException if the recording is closed
   */
  void replay();

  /** Whether the device does the work by itself, without the host's running it again. */
  boolean isCaptured();

  @Override
  void close();
}
