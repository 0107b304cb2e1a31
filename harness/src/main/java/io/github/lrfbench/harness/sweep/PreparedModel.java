package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.source.LoadedModel;
import java.util.List;

/**
 * A model that is loaded and fits its tasks.
 *
 * @param slots the matrices to compress
 */
record PreparedModel(
    LoadedModel loaded, LatencyProbe probe, List<LinearSlot> slots, List<SweepTask> tasks)
    implements AutoCloseable {
  Cell cell(String name, Variant variant, SweepTask task) {
    return new Cell(
        name, loaded.revision(), task.name(), task.evaluation().facts().identity(), variant);
  }

  @Override
  public void close() {
    try (loaded) {
      tasks.forEach(SweepTask::close);
    }
  }
}
