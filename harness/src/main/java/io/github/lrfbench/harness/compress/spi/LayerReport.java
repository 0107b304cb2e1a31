package io.github.lrfbench.harness.compress.spi;

/**
 * What happened to one matrix W of [rows, cols]. Numbers that do not apply are NaN.
 *
 * @param layer the slot's name
 * @param rows outputs
 * @param cols inputs
 * @param rank of the factorization; min(rows, cols) if the matrix stays dense
 * @param parametersDense numbers in W
 * @param parameters numbers stored now
 * @param norm ‖W‖ (Frobenius, as all norms here)
 * @param error ‖W − Ŵ‖
 * @param outputNorm ‖W X‖ over the calibration tokens X
 * @param outputError ‖W X + b − (Ŵ X + b̂)‖ over the calibration tokens
 * @param diagnostics what the method knows of it
 * @param seconds time spent on this matrix for this cell
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
    double seconds) {

  /** A matrix that stays as it is. */
  public static LayerReport dense(
      String layer, int rows, int cols, long parameters, double norm, String note) {
    return new LayerReport(
        layer,
        rows,
        cols,
        Math.min(rows, cols),
        parameters,
        parameters,
        norm,
        0,
        Double.NaN,
        0,
        Diagnostics.none(note),
        0);
  }

  /** 1 − ‖W − Ŵ‖² / ‖W‖². */
  public double energyKept() {
    return norm == 0 ? 1 : 1 - (error / norm) * (error / norm);
  }

  /** True if the matrix was replaced. */
  public boolean replaced() {
    return parameters != parametersDense;
  }
}
