package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A method of two factors by chosen columns or rows, which reads inputs by some options only. */
abstract class ColumnMethod extends LowRankMethod {
  /** Whether it reads inputs. */
  abstract boolean reads(MethodOptions options);

  abstract LowRankFactorization decompose(Target target, DecompositionRequest request);

  @Override
  protected Set<Need> factorizationNeeds(MethodOptions options) {
    return reads(options) ? EnumSet.of(Need.WEIGHTS, Need.ACTIVATIONS) : EnumSet.of(Need.WEIGHTS);
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (options.is("tokens", "reached") && !needs(options).contains(Need.ACTIVATIONS)) {
      throw new InputException(
          "--method "
              + info().name()
              + " asks for no activations by these options: tokens=reached would change nothing");
    }
  }

  @Override
  protected final List<? extends LowRankFactorization> decompose(DecompositionRequest request) {
    return request.targets().stream().map(target -> decompose(target, request)).toList();
  }
}
