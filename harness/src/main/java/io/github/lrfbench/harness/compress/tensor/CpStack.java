package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A stack's tensor by CP. Its points are the ranks, of R (D + w + K) numbers each, whose errors
 * only their own searches tell.
 */
record CpStack(SlotStack stack, CpSettings settings, OperatingPoints points)
    implements StackFactorization {
  static CpStack of(SlotStack stack, CpSettings settings) {
    long each = (long) stack.d() + stack.w() + stack.slices();
    long whole = (long) stack.d() * stack.w() * stack.slices();
    List<Point> ranks = new ArrayList<>();
    for (int rank = 1; rank == 1 || rank * each < whole; rank++) {
      ranks.add(SliceForms.point(rank * each, Double.NaN, Kind.CP, rank, rank, 0));
    }
    return new CpStack(
        stack,
        settings,
        new OperatingPoints(stack.slices() * stack.w(), stack.d(), Double.NaN, ranks));
  }

  @Override
  public List<Fit> fit(int point, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      CpSolver solver =
          new CpSolver(stack.tensor(scratch), points.get(point).rank(), settings, scratch);
      CpSolver.Result found = solver.solve();
      CpFactors factors = found.factors();
      return SliceForms.of(
          stack,
          Kind.CP,
          List.of(factors.spread(0, solver.norm(), scope), factors.spread(1, solver.norm(), scope)),
          factors.spread(2, solver.norm(), scope),
          settings.sampled() ? "cprand" : "als",
          found.ridge(),
          note(found),
          scope);
    }
  }

  private String note(CpSolver.Result found) {
    String note =
        String.format(
            Locale.ROOT, "; %d sweeps, error %.4f", found.sweeps(), Math.sqrt(found.error()));
    if (found.ridge() > settings.ridge()) {
      note += "; degenerate components raised the ridge";
    }
    return found.degenerate() > 0
        ? note + "; " + found.degenerate() + " degenerate pairs at the end"
        : note;
  }
}
