package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.kernels.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells a listener how the workers of a sweep do: one call at a time, and of several what each
 * works on.
 */
final class WorkersProgress {
  private final SweepListener listener;

  /** What goes on, by device. */
  private final Map<String, String> work = new LinkedHashMap<>();

  /** What is to be told once the sweep has started. */
  private final List<String> early = new ArrayList<>();

  private boolean started;

  WorkersProgress(SweepListener listener, List<Device> devices) {
    this.listener = listener;
    devices.forEach(device -> work.put(device.id(), ""));
  }

  synchronized void started(int cells) {
    started = true;
    listener.started(cells);
    early.forEach(listener::note);
    early.clear();
  }

  /** A line, which waits until the sweep has started. */
  synchronized void note(String line) {
    if (started) {
      listener.note(line);
    } else {
      early.add(line);
    }
  }

  private synchronized void working(String device, String what) {
    work.put(device, what);
    if (work.size() == 1) {
      listener.working(what);
      return;
    }
    List<String> all = new ArrayList<>();
    work.forEach((id, now) -> all.add(id + ": " + (now.isEmpty() ? "-" : now)));
    listener.working(String.join(", ", all));
  }

  private synchronized void finished(String cell) {
    listener.finished(cell);
  }

  private synchronized void skipped(String cell) {
    listener.skipped(cell);
  }

  /** A worker has nothing more to do. */
  synchronized void idle(Device device) {
    if (started && work.size() > 1) {
      working(device.id(), "");
    }
  }

  /** What the worker of a device tells. */
  SweepListener of(Device device) {
    return new SweepListener() {
      @Override
      public void working(String what) {
        WorkersProgress.this.working(device.id(), what);
      }

      @Override
      public void finished(String cell) {
        WorkersProgress.this.finished(cell);
      }

      @Override
      public void skipped(String cell) {
        WorkersProgress.this.skipped(cell);
      }

      @Override
      public void note(String line) {
        WorkersProgress.this.note(line);
      }
    };
  }
}
