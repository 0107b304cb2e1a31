package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A method that replaces matrices by two factors, W ≈ U V: its points are the ranks. */
public abstract class LowRankMethod extends MatrixMethod {
  /**
   * Decomposes matrices.
   *
   * @return in the order of the request's targets
   */
  protected abstract List<? extends LowRankFactorization> decompose(DecompositionRequest request);

  /** Factors of a smaller rank are the first columns and rows of those of a larger one. */
  @Override
  public boolean nests(MethodOptions options) {
    return true;
  }

  @Override
  protected final List<? extends LowRankFactorization> factorize(FactorRequest request) {
    return decompose(DecompositionRequest.of(request));
  }

  @Override
  protected final OperatingPoints points(int rows, int cols, MethodOptions options) {
    return RankPoints.of(rows, cols);
  }

  /** Whether ranks are those of the budget, and not chosen anew by what the model loses. */
  public boolean followsBudget(MethodOptions options) {
    return true;
  }

  /**
   * The matrices that a request would replace, each with its rank, where shapes alone say that.
   *
   * @param request uniform, by a budget that asks for no errors
   */
  public final Map<String, Integer> ranks(CompressionRequest request) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    targets(request)
        .forEach(target -> ranks.put(target.slot().name(), RankPoints.rank(target.point())));
    return ranks;
  }

  @Override
  protected String keptDense(OperatingPoints matrix, int point) {
    if (point == matrix.count()) {
      return super.keptDense(matrix, point);
    }
    return String.format(
        Locale.ROOT,
        "kept dense: rank %d would store no fewer numbers than the matrix (break-even %d)",
        matrix.get(point).rank(),
        (long) LowRankCost.breakEvenRank(matrix.rows(), matrix.cols()));
  }
}
