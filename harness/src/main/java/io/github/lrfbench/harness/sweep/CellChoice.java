package io.github.lrfbench.harness.sweep;

import java.util.function.Predicate;

/**
 * Which of a sweep's cells a call runs, beside those that are done.
 *
 * @param ours whether a cell, by its id, belongs to the call
 * @param retriesMemory whether cells are run that ran out of memory in an earlier call, and those
 *     that take no less
 */
public record CellChoice(Predicate<String> ours, boolean retriesMemory) {
  /** A part of the cells, without those that ran out of memory. */
  static CellChoice of(Shard shard) {
    return new CellChoice(shard::owns, false);
  }
}
