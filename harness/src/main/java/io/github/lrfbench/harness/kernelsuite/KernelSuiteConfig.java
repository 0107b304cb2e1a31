package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What to time.
 *
 * @param shapes weight matrices
 * @param ranks of the factorizations; those above min(m, n) of a shape are left out for it
 * @param toBreakEven whether the ranks end, for every shape, where two factors take as many
 *     operations as the matrix
 * @param batchRows rows T of the input of the products: tokens that are computed together
 * @param seed of the random matrices and of the randomized SVD
 * @param svdRule when a group of decompositions has run long enough
 * @param matmulRule when a group of products has run long enough
 */
public record KernelSuiteConfig(
    List<MatrixShape> shapes,
    List<Integer> ranks,
    boolean toBreakEven,
    List<Integer> batchRows,
    long seed,
    StopRule svdRule,
    StopRule matmulRule) {
  /** Checks the lists and sorts ranks and rows. */
  public KernelSuiteConfig {
    shapes = List.copyOf(shapes);
    ranks = positive("--ranks", ranks);
    batchRows = positive("--rows", batchRows);
    if (shapes.isEmpty()) {
      throw new InputException("--shapes is empty");
    }
    for (MatrixShape shape : shapes) {
      long most = (long) batchRows.get(batchRows.size() - 1) * Math.max(shape.rows(), shape.cols());
      if (most > MatrixShape.MAX_ELEMENTS) {
        throw new InputException(
            "--rows " + batchRows.get(batchRows.size() - 1) + " is too many for " + shape);
      }
    }
  }

  /** The ranks to measure for a shape. */
  List<Integer> ranksOf(MatrixShape shape) {
    if (!toBreakEven) {
      return ranks.stream().filter(rank -> rank <= shape.size()).toList();
    }
    int last = shape.rankOfBreakEven();
    return Stream.concat(ranks.stream().filter(rank -> rank < last), Stream.of(last)).toList();
  }

  /** What is measured, a line each, in the order in which it runs. */
  public List<String> groups() {
    List<String> groups = new ArrayList<>();
    groups.add("peak of the dense product");
    for (MatrixShape shape : shapes) {
      batchRows.forEach(rows -> groups.add("products of " + shape + " with " + rows + " rows"));
    }
    for (MatrixShape shape : shapes) {
      ranksOf(shape).forEach(rank -> groups.add("SVD of " + shape + " to rank " + rank));
    }
    groups.add("bandwidth of memory, activations and launches");
    return groups;
  }

  private static List<Integer> positive(String option, List<Integer> values) {
    if (values.isEmpty()) {
      throw new InputException(option + " is empty");
    }
    for (int value : values) {
      if (value < 1) {
        throw new InputException(option + " must be at least 1, but one is " + value);
      }
    }
    return values.stream().distinct().sorted().toList();
  }
}
