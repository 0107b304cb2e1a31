package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TaskInput;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A model that does not load or does not fit its tasks. Its cells are named by what can be known
 * without it, so that they are others than the mended model's wherever its weights will be.
 *
 * @param name as the user names it
 * @param revision what pins its weights, if its files tell
 * @param data of its tasks
 */
record LostModel(String name, Optional<String> revision, List<TaskInput> data) {
  static LostModel of(String name, Path directory, List<TaskInput> data) {
    Optional<String> revision;
    try {
      revision = Optional.of(LoadedModel.revision(directory));
    } catch (RuntimeException e) {
      // Then its name has to do.
      revision = Optional.empty();
    }
    return new LostModel(name, revision, data);
  }

  /** Tokens of a sequence that would be timed. */
  static int seqLen(SweepConfig config) {
    return config.seqLen() == 0 ? CallShape.DEFAULT_SEQ_LEN : config.seqLen();
  }

  Cell cell(Variant variant, TaskInput input) {
    return new Cell(
        name,
        revision.orElse(""),
        input.task().name(),
        revision.isPresent() ? "" : "model=" + name,
        variant);
  }

  /**
   * Writes the rows of all cells that are not done.
   *
   * @param loading whether loading failed, which is remembered if it was for memory
   */
  void fail(
      List<Variant> variants,
      CellsBeside besides,
      Throwable failure,
      boolean loading,
      FailedCells failed) {
    Instant startedAt = Instant.now();
    for (Variant variant : variants) {
      for (TaskInput input : data) {
        Cell cell = cell(variant, input);
        if (failed.log().isDone(cell)) {
          failed.log().skip(cell);
        } else if (!failed.isRefused(cell)) {
          if (loading) {
            failed.failToLoad(cell, startedAt, failure);
          } else {
            failed.failToFit(cell, startedAt, failure);
          }
        }
        for (Cell beside : besides.of(cell)) {
          if (failed.log().isDone(beside)) {
            failed.log().skip(beside);
          } else {
            failed.failToFit(beside, startedAt, failure);
          }
        }
      }
    }
  }
}
