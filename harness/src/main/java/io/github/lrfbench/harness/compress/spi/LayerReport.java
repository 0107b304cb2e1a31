package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;

/**
 * What happened to one matrix W of [rows, cols]. Numbers that do not apply are NaN.
 *
 * @param layer the slot's name
 * @param rows outputs
 * @param cols inputs
 * @param rank of the factorization; min(rows, cols) if the matrix stays dense; 0 if its form has
 *     none
 * @param parametersDense numbers in W
 * @param parameters numbers stored now
 * @param norm ‖W‖ (Frobenius, as all norms here)
 * @param error ‖W − Ŵ‖
 * @param outputNorm ‖W X‖ over the calibration tokens X
 * @param outputError ‖W X + b − (Ŵ X + b̂)‖ over the calibration tokens
 * @param diagnostics what the method knows of it
 * @param seconds time spent on this matrix for this cell
 * @param before how the matrix was stored
 * @param now how it is stored now
 * @param label which of the form's points it is, for a reader
 */
public record LayerReport(
    String layer,
    int rows,
    int cols,
    int rank,
    long parametersDense,
    long parameters,
    double norm,
    double error,
    double outputNorm,
    double outputError,
    Diagnostics diagnostics,
    double seconds,
    Storage before,
    Storage now,
    String label) {

  /**
   * How matrices are stored.
   *
   * @param form the word for it
   * @param bits that are stored
   */
  public record Storage(String form, long bits) {
    /** A map's. */
    public static Storage of(Linear linear) {
      return new Storage(linear.form(), linear.bits());
    }
  }

  /**
   * A matrix that stays as it is.
   *
   * @param outputNorm ‖W X‖, or NaN
   * @param note why
   */
  public static LayerReport kept(LinearSlot slot, double norm, double outputNorm, String note) {
    Linear linear = slot.linear();
    Storage storage = Storage.of(linear);
    return new LayerReport(
        slot.name(),
        linear.outputs(),
        linear.inputs(),
        Math.min(linear.outputs(), linear.inputs()),
        linear.parameters(),
        linear.parameters(),
        norm,
        0,
        outputNorm,
        0,
        Diagnostics.none(note),
        0,
        storage,
        storage,
        "");
  }

  /**
   * The same of a matrix that has no distance to what it was, and of whose scores nothing is known.
   */
  public LayerReport withoutErrors() {
    return new LayerReport(
        layer,
        rows,
        cols,
        rank,
        parametersDense,
        parameters,
        norm,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        diagnostics,
        seconds,
        before,
        now,
        label);
  }

  /** The same with errors of outputs. */
  public LayerReport withOutputs(double dense, double difference) {
    return new LayerReport(
        layer,
        rows,
        cols,
        rank,
        parametersDense,
        parameters,
        norm,
        error,
        dense,
        difference,
        diagnostics,
        seconds,
        before,
        now,
        label);
  }

  /** The word for the form in which the matrix is stored now. */
  public String form() {
    return now.form();
  }

  /** Stored bits now. */
  public long bits() {
    return now.bits();
  }

  /** 1 − ‖W − Ŵ‖² / ‖W‖². */
  public double energyKept() {
    return norm == 0 ? 1 : 1 - (error / norm) * (error / norm);
  }

  /** Whether the matrix is stored in another way, be it in as many numbers. */
  public boolean replaced() {
    return !now.equals(before);
  }
}
