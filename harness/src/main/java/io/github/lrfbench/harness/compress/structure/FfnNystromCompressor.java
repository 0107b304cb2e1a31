package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import java.util.List;
import java.util.Set;

/**
 * The method {@code ffn-nystrom}: fewer neurons in the feed-forward layers, whose second matrix
 * makes up for the others by the best linear prediction of them (the type-I step of Lin et al.
 * 2025, MoDeGPT, and of FLAT-LLM). Which neurons stay is found by removing the one whose loss costs
 * the outputs least, again and again (the optimal brain surgeon of Hassibi and Stork 1993 for whole
 * neurons), or by ridge leverage scores as in the papers.
 */
public final class FfnNystromCompressor extends NarrowingMethod {
  static final String SELECT = "select";
  static final String LEVERAGE = "leverage";
  static final String RIDGE = "ridge";
  static final String LAMBDA = "lambda";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "ffn-nystrom",
        "fewer neurons in feed-forward layers, the others predicted from those that stay",
        "Lin et al. 2025",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "",
        List.of(
            MethodOption.choice(SELECT, "obs", LEVERAGE),
            MethodOption.number(RIDGE, 1e-6, 0, 1),
            MethodOption.number(LAMBDA, 1, 1e-300, 1e300),
            BIAS,
            MatrixMethod.tokens()));
  }

  @Override
  List<Pair> pairs(CompressionRequest request) {
    return Pair.of(request.slots(), "intermediate", "output");
  }

  @Override
  String missing() {
    return "both matrices of a feed-forward layer among the matrices";
  }

  @Override
  Narrowing narrowing(Pair pair, CompressionRequest request) {
    String second = pair.second().name();
    return new Neurons(
        pair,
        request.statistics().moments().of(second),
        request.options(),
        request.cache(),
        List.of(second, request.statistics(), request.options()));
  }
}
