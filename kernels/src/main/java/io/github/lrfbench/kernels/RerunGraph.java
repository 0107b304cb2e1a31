package io.github.lrfbench.kernels;

/** What stands for a graph on a device that cannot capture: it runs the work again. */
final class RerunGraph implements CapturedGraph {
  private final Runnable work;
  private final Runnable release;
  private boolean open = true;

  RerunGraph(Runnable work, Runnable release) {
    this.work = work;
    this.release = release;
  }

  @Override
  public void replay() {
    if (!open) {
      throw new IllegalStateException("the graph is closed");
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
