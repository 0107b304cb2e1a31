package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns of {@code layers.csv}: one row per matrix of a compressed model. New ones go to the
 * end.
 */
public final class LayerColumns {
  private static final List<Column<?>> COLUMNS = new ArrayList<>();

  public static final Column<Long> SCHEMA = add(Column.SCHEMA);

  public static final Column<String> RUN_ID =
      add(Column.text("run_id", "The run, as in runs.csv."));

  public static final Column<String> CELL_ID =
      add(Column.text("cell_id", "The cell, as in runs.csv."));

  public static final Column<String> LAYER =
      add(Column.text("layer", "Name of the matrix in the checkpoint."));

  public static final Column<Long> ROWS =
      add(Column.integer("rows", "", "Outputs m of the matrix."));

  public static final Column<Long> COLS =
      add(Column.integer("cols", "", "Inputs n of the matrix."));

  public static final Column<Long> RANK =
      add(
          Column.integer(
              "rank",
              "",
              "Rank of the factorization; min(m, n) where the matrix was kept dense, empty where the "
                  + "form has none."));

  public static final Column<Long> PARAMS_DENSE =
      add(Column.integer("params_dense", "", "Parameters before compression: m n."));

  public static final Column<Long> PARAMS =
      add(Column.integer("params", "", "Parameters after compression: r (m + n) for a rank r."));

  public static final Column<String> SVD_ALGORITHM =
      add(
          Column.text(
              "svd_algorithm",
              "The algorithm of the factorization: exact, gram, randomized, jacobi."));

  public static final Column<Double> FROBENIUS_NORM =
      add(Column.number("frobenius_norm", "", "Frobenius norm of the matrix."));

  public static final Column<Double> FROBENIUS_ERROR =
      add(
          Column.number(
              "frobenius_error",
              "",
              "Frobenius norm of the difference between the matrix and what replaces it."));

  public static final Column<Double> RELATIVE_ERROR =
      add(Column.number("relative_error", "", "frobenius_error / frobenius_norm."));

  public static final Column<Double> OPTIMAL_ERROR =
      add(
          Column.number(
              "optimal_error",
              "",
              "frobenius_error of the best matrix of this rank (Eckart and Young 1936), whatever the "
                  + "method; of every matrix that has a rank and a frobenius_error."));

  public static final Column<Double> ENERGY_KEPT =
      add(
          Column.number(
              "energy_kept",
              "",
              "Kept fraction of the matrix's squared Frobenius norm, whatever the metric of the method or of an energy budget."));

  public static final Column<Double> OUTPUT_ERROR =
      add(
          Column.number(
              "output_error",
              "",
              "Frobenius norm of what the outputs on calibration data changed by, biases included, "
                  + "/ output_norm; of every matrix of a cell whose method, allocation or "
                  + "budget reads training examples, and of no other."));

  public static final Column<String> NOTE =
      add(
          Column.text(
              "note", "Anything out of the ordinary, such as why the matrix was kept dense."));

  public static final Column<Double> SECONDS =
      add(Column.number("seconds", "s", "Time to compress this matrix."));

  public static final Column<Double> OUTPUT_NORM =
      add(
          Column.number(
              "output_norm",
              "",
              "Frobenius norm of the matrix's outputs on calibration data, without bias; of the cells "
                  + "that have output_error."));

  public static final Column<Double> PREDICTED_ERROR =
      add(
          Column.number(
              "predicted_error",
              "",
              "What the dropped singular values stand for: the error in the method's own metric."));

  public static final Column<Double> CONDITION =
      add(
          Column.number(
              "condition",
              "",
              "Condition number, or an estimate, of what the method multiplies the matrix with."));

  public static final Column<Double> RIDGE =
      add(
          Column.number(
              "ridge",
              "",
              "Added to the diagonal of the Gram matrix of the inputs, relative to its mean."));

  public static final Column<String> FORM =
      add(
          Column.text(
              "form", "In what form the matrix is stored now, such as dense, lowrank, heads."));

  public static final Column<Long> BITS =
      add(Column.integer("bits", "bit", "Stored bits of the matrix now, all it needs included."));

  public static final Column<String> LABEL =
      add(Column.text("label", "Which of the form's points it is, such as r=64."));

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE = new TableSchema("layers.csv", 3, COLUMNS);

  private LayerColumns() {}

  private static <T> Column<T> add(Column<T> column) {
    COLUMNS.add(column);
    return column;
  }
}
