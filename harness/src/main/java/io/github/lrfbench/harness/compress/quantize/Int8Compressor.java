package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.List;
import java.util.Set;

/**
 * The method {@code int8}: every weight is rounded to one of 255 multiples of a scale that its row
 * shares (Jacob et al. 2018, symmetric, weights only). Of a matrix that has another form already,
 * it rounds what that is made of.
 */
public final class Int8Compressor extends MatrixMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "int8",
        "weights rounded to codes of 8 bits, one scale a row",
        "Jacob et al. 2018",
        Set.of(Need.WEIGHTS),
        "",
        options());
  }

  @Override
  public Takes takes() {
    return Takes.LEAVES;
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    long numbers = (long) rows * cols;
    long bits = numbers * Byte.SIZE + (long) rows * Float.SIZE;
    Point point = new Point(numbers, bits, Double.NaN, 0, "8 bit, per row");
    return new OperatingPoints(rows, cols, Double.NaN, List.of(point));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream()
        .map(
            target ->
                RoundedRows.of(
                    target.slot(),
                    points(
                        target.slot().linear().outputs(),
                        target.slot().linear().inputs(),
                        request.options()),
                    request.scope()))
        .toList();
  }
}
