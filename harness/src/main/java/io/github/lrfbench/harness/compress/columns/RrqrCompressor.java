package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.Set;

/**
 * The method {@code rrqr}: the interpolative decomposition W ≈ W[:, J] T by QR with column pivots
 * (Businger and Golub 1965), or W ≈ T W[I, :] by its rows. What is kept of W are columns or rows of
 * its own.
 */
public final class RrqrCompressor extends ColumnMethod {
  private static final String SIDE = "side";
  private static final String AUTO = "auto";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "rrqr",
        "columns or rows of the matrix by pivoted QR, the others interpolated",
        "Businger and Golub 1965",
        Set.of(Need.WEIGHTS),
        "",
        options(MethodOption.choice(SIDE, "columns", "rows", AUTO), Weighing.option(), tokens()));
  }

  @Override
  boolean reads(MethodOptions options) {
    return Weighing.isAsked(options);
  }

  /** Ranks of one side are parts of each other. */
  @Override
  public boolean nests(MethodOptions options) {
    return !options.is(SIDE, AUTO);
  }

  @Override
  LowRankFactorization decompose(Target target, DecompositionRequest request) {
    Weighing matrix =
        Weighing.of(target.slot(), request.options(), request.statistics(), request.scope());
    OperatingPoints points = RankPoints.of(target.rows(), target.cols());
    int most = target.wholeSpectrum() ? target.size() : target.rank();
    String side = request.options().text(SIDE);
    ChosenFactorization columns = null;
    if (!side.equals("rows")) {
      columns =
          ChosenFactorization.nested(
                  points, most, Interpolation.byColumns(matrix, most, request.scope()))
              .withErrors(matrix.w(), matrix.metric());
    }
    if (side.equals("columns")) {
      return columns;
    }
    ChosenFactorization rows =
        ChosenFactorization.nested(
                points, most, Interpolation.byRows(matrix, most, request.scope()))
            .withErrors(matrix.w(), matrix.metric());
    return columns == null ? rows : new BetterSide(columns, rows);
  }
}
