package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.Set;

/**
 * The method {@code int8}: codes of 8 bits (Jacob et al. 2018, weights only), by default 255
 * multiples of a scale that a row shares.
 */
public final class Int8Compressor extends RoundingMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "int8",
        "weights rounded to codes of 8 bits, one scale a row",
        "Jacob et al. 2018",
        Set.of(Need.WEIGHTS),
        "",
        options(CodeGrid.options("row", Zero.SYMMETRIC)));
  }

  @Override
  int[] sizes(MethodOptions options) {
    return new int[] {Byte.SIZE};
  }
}
