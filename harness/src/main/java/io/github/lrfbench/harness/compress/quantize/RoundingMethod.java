package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;

/** Rounding to nearest: each weight gets the code next to it. */
abstract class RoundingMethod extends QuantizingMethod {
  @Override
  final CodedFactorization factorize(Target target, FactorRequest request) {
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    List<CodeGrid> grids = grids(request.options());
    return new CodedFactorization(
        w,
        points(target.slot(), request.options()),
        (point, scope) ->
            form(target.slot(), Codes.nearest(w, grids.get(point), target.slot().name()), scope),
        ErrorMetric.WEIGHTS,
        Double.NaN);
  }
}
