package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.PlainSvd;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * A matrix that is stacked with no other: of a tensor of two modes CP, Tucker and the tensor train
 * are all its singular value decomposition, in two factors.
 *
 * @param points its ranks
 */
record MatrixAlone(LinearSlot slot, FactorizationCache cache, OperatingPoints points)
    implements StackFactorization {
  /**
   * A slot's.
   *
   * @param errors whether the errors of all points are wanted
   */
  static MatrixAlone of(LinearSlot slot, FactorizationCache cache, boolean errors) {
    OperatingPoints ranks = RankPoints.of(slot.linear().outputs(), slot.linear().inputs());
    return new MatrixAlone(
        slot, cache, errors ? PlainSvd.of(cache, slot, ranks.count(), true).points() : ranks);
  }

  @Override
  public List<Fit> fit(int point, Scope scope) {
    Fit fit = PlainSvd.of(cache, slot, RankPoints.rank(point), false).fit(point, scope);
    Diagnostics own = fit.diagnostics();
    Diagnostics told =
        new Diagnostics(
            own.algorithm(),
            own.predictedError(),
            own.condition(),
            own.ridge(),
            "stacked with no other matrix, and of two modes: by svd");
    return List.of(new Fit(fit.map(), told));
  }
}
