package io.github.lrfbench.harness.compress;

/**
 * What happened to one matrix W of [rows, cols]. Numbers that do not apply are NaN.
 *
 * @param layer the slot's name
 * @param rows outputs
 * @param cols inputs
 * @param rank of the factorization; min(rows, cols) if the matrix stays dense
 * @param parametersDense numbers in W
 * @param parameters numbers stored now
 * @param svdAlgorithm which algorithm gave the factors, or empty
 * @param norm ‖W‖ (Frobenius, as all norms here)
 * @param error ‖W − Ŵ‖
 * @param optimalError the smallest error at this rank (Eckart and Young 1936)
 * @param energyKept 1 − ‖W − Ŵ‖² / ‖W‖²
 * @param note why the matrix was treated otherwise than asked, or empty
 * @param seconds time spent on this matrix for this cell
 */
public record LayerReport(
    String layer,
    int rows,
    int cols,
    int rank,
    long parametersDense,
    long parameters,
    String svdAlgorithm,
    double norm,
    double error,
    double optimalError,
    double energyKept,
    String note,
    double seconds) {

  /** True if the matrix was replaced. */
  public boolean replaced() {
    return parameters != parametersDense;
  }
}
