package io.github.lrfbench.harness.budget;

/**
 * A way to store a matrix W, that is what it costs and what it loses: an operating point.
 *
 * @param numbers stored; a code of a few bits is a number too
 * @param bits that all of them take, with scales, indices and codebooks
 * @param squaredError ‖W − Ŵ‖² in the metric of the method that offers it; NaN where not known
 * @param rank of Ŵ's factors; 0 where the form has none
 * @param label for a reader, such as {@code r=64}
 */
public record Point(long numbers, long bits, double squaredError, int rank, String label) {
  /** The same with its error known. */
  public Point withError(double error) {
    return new Point(numbers, bits, error, rank, label);
  }
}
