package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.quantize.CodeGrid.Zero;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.Set;

/**
 * The method {@code rtn}: rounding to nearest of as many bits as the budget of a matrix allows, or
 * the user says.
 */
public final class RtnCompressor extends RoundingMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "rtn",
        "weights rounded to codes of as many bits as the budget allows, 2 to 8",
        "Jacob et al. 2018",
        Set.of(Need.WEIGHTS),
        "int8 at bits=8:group=row:zero=symmetric, int4 at bits=4",
        options(CodeGrid.options("128", Zero.ASYMMETRIC), bits(2)));
  }
}
