package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.Set;

/**
 * The method {@code int4}: codes of 4 bits, by default with a scale and a zero point for every 128
 * inputs of a row.
 */
public final class Int4Compressor extends RoundingMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "int4",
        "weights rounded to codes of 4 bits, in groups of inputs",
        "Jacob et al. 2018",
        Set.of(Need.WEIGHTS),
        "",
        options(CodeGrid.options("128", Zero.ASYMMETRIC)));
  }

  @Override
  int[] sizes(MethodOptions options) {
    return new int[] {4};
  }
}
