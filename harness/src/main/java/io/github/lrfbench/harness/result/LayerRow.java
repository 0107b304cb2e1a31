package io.github.lrfbench.harness.result;

/**
 * One row of {@code layers.csv}: a matrix [rows, cols] of a compressed model. Null means unknown or
 * not applicable.
 *
 * @param runId the run
 * @param cellId the cell
 * @param layer name of the matrix in the checkpoint
 * @param rows outputs of the matrix
 * @param cols inputs of the matrix
 * @param rank rank of the factorization, min(rows, cols) where the matrix was kept dense, or null
 * @param paramsDense parameters before compression
 * @param params parameters after compression
 * @param svdAlgorithm algorithm of the factorization, or null
 * @param frobeniusNorm Frobenius norm of the matrix, or null
 * @param frobeniusError Frobenius norm of what was lost, or null
 * @param relativeError frobeniusError / frobeniusNorm, or null
 * @param optimalError the smallest frobeniusError at this rank, or null
 * @param energyKept kept fraction of the squared Frobenius norm, or null
 * @param outputError relative error of the outputs on calibration data, or null
 * @param note anything out of the ordinary, or null
 * @param seconds time to compress the matrix, or null
 * @param outputNorm Frobenius norm of the outputs on calibration data, or null
 * @param predictedError of the dropped singular values in the method's own metric, or null
 * @param condition of the method's transform, or null
 * @param ridge relative to the mean of the Gram matrix's diagonal, or null
 * @param form in which the matrix is stored now, or null
 * @param bits that are stored now, or null
 * @param label of the form's point, or null
 */
public record LayerRow(
    String runId,
    String cellId,
    String layer,
    long rows,
    long cols,
    Long rank,
    long paramsDense,
    long params,
    String svdAlgorithm,
    Double frobeniusNorm,
    Double frobeniusError,
    Double relativeError,
    Double optimalError,
    Double energyKept,
    Double outputError,
    String note,
    Double seconds,
    Double outputNorm,
    Double predictedError,
    Double condition,
    Double ridge,
    String form,
    Long bits,
    String label) {

  static LayerRow of(Cells cells) {
    return new LayerRow(
        cells.require(LayerColumns.RUN_ID),
        cells.require(LayerColumns.CELL_ID),
        cells.require(LayerColumns.LAYER),
        cells.require(LayerColumns.ROWS),
        cells.require(LayerColumns.COLS),
        cells.get(LayerColumns.RANK),
        cells.require(LayerColumns.PARAMS_DENSE),
        cells.require(LayerColumns.PARAMS),
        cells.get(LayerColumns.SVD_ALGORITHM),
        cells.get(LayerColumns.FROBENIUS_NORM),
        cells.get(LayerColumns.FROBENIUS_ERROR),
        cells.get(LayerColumns.RELATIVE_ERROR),
        cells.get(LayerColumns.OPTIMAL_ERROR),
        cells.get(LayerColumns.ENERGY_KEPT),
        cells.get(LayerColumns.OUTPUT_ERROR),
        cells.get(LayerColumns.NOTE),
        cells.get(LayerColumns.SECONDS),
        cells.get(LayerColumns.OUTPUT_NORM),
        cells.get(LayerColumns.PREDICTED_ERROR),
        cells.get(LayerColumns.CONDITION),
        cells.get(LayerColumns.RIDGE),
        cells.get(LayerColumns.FORM),
        cells.get(LayerColumns.BITS),
        cells.get(LayerColumns.LABEL));
  }

  Cells cells() {
    return Cells.empty()
        .set(LayerColumns.SCHEMA, LayerColumns.TABLE.version())
        .set(LayerColumns.RUN_ID, runId)
        .set(LayerColumns.CELL_ID, cellId)
        .set(LayerColumns.LAYER, layer)
        .set(LayerColumns.ROWS, rows)
        .set(LayerColumns.COLS, cols)
        .set(LayerColumns.RANK, rank)
        .set(LayerColumns.PARAMS_DENSE, paramsDense)
        .set(LayerColumns.PARAMS, params)
        .set(LayerColumns.SVD_ALGORITHM, svdAlgorithm)
        .set(LayerColumns.FROBENIUS_NORM, frobeniusNorm)
        .set(LayerColumns.FROBENIUS_ERROR, frobeniusError)
        .set(LayerColumns.RELATIVE_ERROR, relativeError)
        .set(LayerColumns.OPTIMAL_ERROR, optimalError)
        .set(LayerColumns.ENERGY_KEPT, energyKept)
        .set(LayerColumns.OUTPUT_ERROR, outputError)
        .set(LayerColumns.NOTE, note)
        .set(LayerColumns.SECONDS, seconds)
        .set(LayerColumns.OUTPUT_NORM, outputNorm)
        .set(LayerColumns.PREDICTED_ERROR, predictedError)
        .set(LayerColumns.CONDITION, condition)
        .set(LayerColumns.RIDGE, ridge)
        .set(LayerColumns.FORM, form)
        .set(LayerColumns.BITS, bits)
        .set(LayerColumns.LABEL, label);
  }
}
