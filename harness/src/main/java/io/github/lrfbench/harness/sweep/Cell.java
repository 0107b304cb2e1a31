package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.input.TextFile;

/**
 * One cell of the grid.
 *
 * @param model as the user names it
 * @param revision what pins its weights
 * @param task the task's name
 * @param data what beside the task's name decides the examples; empty if nothing does
 * @param variant how the model is compressed
 */
record Cell(String model, String revision, String task, String data, Variant variant) {
  private static final int ID_LENGTH = 16;

  /** The same with another variant of the model. */
  Cell with(Variant other) {
    return new Cell(model, revision, task, data, other);
  }

  /** What a user reads in progress. */
  String describe() {
    return model + " " + variant.describe() + " on " + task;
  }

  /**
   * A hash of everything that determines the result, the same on every machine and in every order.
   * What that is says {@link SweepSetting}.
   */
  String id(SweepConfig config, String deviceKind, int seqLen) {
    CellContext context = new CellContext(this, config, seqLen, deviceKind, "", 0, null);
    return TextFile.sha256("1\n" + SweepSetting.idKey(context)).substring(0, ID_LENGTH);
  }
}
