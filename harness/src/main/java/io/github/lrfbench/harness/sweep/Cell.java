package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.peer.PeerRuntime;

/**
 * One cell of the grid.
 *
 * @param model as the user names it
 * @param revision what pins its weights
 * @param task the task's name
 * @param data what beside the task's name decides the examples; empty if nothing does
 * @param variant how the model is compressed
 * @param peer what runs it; null for ourselves
 * @param exit when its passes stop early; null for whole passes
 */
record Cell(
    String model,
    String revision,
    String task,
    String data,
    Variant variant,
    PeerRuntime peer,
    ExitPolicy exit) {
  private static final int ID_LENGTH = 16;

  /** A cell that we run ourselves. */
  Cell(String model, String revision, String task, String data, Variant variant) {
    this(model, revision, task, data, variant, null, null);
  }

  /** The same with another variant of the model. */
  Cell with(Variant other) {
    return new Cell(model, revision, task, data, other, peer, exit);
  }

  /** The cell beside this one that a peer runs. */
  Cell in(PeerRuntime runtime) {
    return new Cell(model, revision, task, data, variant, runtime, null);
  }

  /** The cell beside this one whose passes stop early. */
  Cell at(ExitPolicy policy) {
    return new Cell(model, revision, task, data, variant, null, policy);
  }

  /** Whether it is of the grid itself, and not beside such a one. */
  boolean isPlain() {
    return peer == null && exit == null;
  }

  /** What of its description is not its variant's. */
  String beside() {
    return (peer == null ? "" : " by " + peer.name())
        + (exit == null ? "" : " exit " + exit.text());
  }

  /** What a user reads in progress. */
  String describe() {
    return model + " " + variant.describe() + " on " + task + beside();
  }

  /**
   * A hash of everything that determines the result, the same on every machine and in every order.
   * What that is says {@link SweepSetting}.
   */
  String id(SweepConfig config, String deviceKind, int seqLen) {
    CellContext context = new CellContext(this, config, seqLen, deviceKind, "", 0, null);
    String id = hash("1\n" + SweepSetting.idKey(context));
    String own = peer == null ? id : hash(id + "\npeer=" + peer.name());
    return exit == null ? own : hash(id + "\nexit=" + exit.text());
  }

  private static String hash(String text) {
    return TextFile.sha256(text).substring(0, ID_LENGTH);
  }
}
