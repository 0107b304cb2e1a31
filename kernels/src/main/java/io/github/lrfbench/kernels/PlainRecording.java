package io.github.lrfbench.kernels;

/** A recording on a device that cannot record: it runs the work again. */
final class PlainRecording implements Recording {
  private final Runnable work;
  private final Runnable release;
  private boolean open = true;

  PlainRecording(Runnable work, Runnable release) {
    this.work = work;
    this.release = release;
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
    if (open) {
      open = false;
      release.run();
    }
  }
}
