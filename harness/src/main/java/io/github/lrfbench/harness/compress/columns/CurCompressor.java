package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Set;

/**
 * The method {@code cur}: W ≈ C U R of as many columns C as rows R of the matrix, U being what
 * brings that closest (Mahoney and Drineas 2009), folded into two factors C and U R.
 *
 * <p>Options: {@code select}: which columns and rows. {@code core}: {@code optimal}, U = C⁺ W R⁺,
 * or {@code skeleton}, the pseudo-inverse of the elements where they cross, which is cheaper and
 * loses more.
 */
public final class CurCompressor extends ColumnMethod {
  private static final String SELECT = "select";
  private static final String GREEDY = "greedy";
  private static final String CORE = "core";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "cur",
        "columns and rows of the matrix, joined by the best core",
        "Mahoney and Drineas 2009",
        Set.of(Need.WEIGHTS),
        "",
        options(
            MethodOption.choice(SELECT, "qr", "leverage", "deim", GREEDY),
            MethodOption.choice(CORE, "optimal", "skeleton"),
            Weighing.option(),
            tokens()));
  }

  @Override
  boolean reads(MethodOptions options) {
    return Weighing.isAsked(options);
  }

  /** Every rank has a core of its own. */
  @Override
  public boolean nests(MethodOptions options) {
    return false;
  }

  @Override
  LowRankFactorization decompose(Target target, DecompositionRequest request) {
    MethodOptions options = request.options();
    Scope scope = request.scope();
    Weighing matrix = Weighing.of(target.slot(), options, request.statistics(), scope);
    int most = target.wholeSpectrum() ? target.size() : target.rank();
    String select = options.text(SELECT);
    try (Scope scratch = scope.device().openScope()) {
      SvdFactors svd =
          target.wholeSpectrum() || !select.equals(GREEDY)
              ? new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM))
                  .factor(scratch, matrix.a(), most)
              : null;
      Choice columns;
      Choice rows;
      if (select.equals(GREEDY)) {
        columns = greedy(Matrices.transpose(matrix.w(), scratch), matrix.a(), false, most);
        rows = greedy(matrix.a(), matrix.a(), true, most);
      } else {
        columns = bySingularVectors(select, Matrices.toDouble(svd.vt(), scope));
        rows = bySingularVectors(select, Matrices.transpose(svd.u(), scope));
      }
      boolean optimal = options.is(CORE, "optimal");
      ChosenFactorization solved =
          ChosenFactorization.solved(
              RankPoints.of(target.rows(), target.cols()),
              most,
              (count, own) -> new Cur(matrix, columns.of(count), rows.of(count), optimal, select),
              svd == null ? null : squaredTails(svd, most));
      return target.wholeSpectrum() ? solved.withErrors(matrix.w(), matrix.metric()) : solved;
    }
  }

  /** What the best matrices of ranks lose, which the errors of others behave like. */
  static double[] squaredTails(SvdFactors svd, int most) {
    double[] tails = new double[most];
    for (int i = 0; i < most; i++) {
      double tail = svd.spectrum().tail(i + 1);
      tails[i] = tail * tail;
    }
    return tails;
  }

  private static Choice bySingularVectors(String select, Matrix singular) {
    return switch (select) {
      case "leverage" -> Choice.leverage(singular);
      case "deim" -> Choice.interpolation(singular);
      default -> Choice.pivots(singular);
    };
  }

  private static Choice greedy(Matrix candidates, Matrix a, boolean transposed, int most) {
    try (Scope scratch = a.device().openScope()) {
      int size = transposed ? a.cols() : a.rows();
      Matrix gram = Matrices.allocate(scratch, size, size);
      a.device().blas().syrk(transposed, a, gram);
      return Choice.greedy(candidates, gram, most);
    }
  }
}
