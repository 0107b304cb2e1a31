package io.github.lrfbench.kernels;

/** A recording on a device that cannot record: it runs the work again. */
final class PlainRecording implements Recording {
  private final Runnable work;
  private boolean open = true;

  PlainRecording(Runnable work) {
    this.work = work;
  }

  @Override
  public void replay() {
    if (!open) {
      throw new IllegalStateException("the recording is closed");
    }
    work.run();
  }

  @Override
  public boolean isCaptured() {
    return false;
  }

  @Override
  public void close() {
    open = false;
  }
}
