package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code tolerance}: the budget says how deep the cuts of another method may be, and
 * matrices get the cheapest point with which the loss on held-out examples does not grow by more
 * than their share of a factor (the search of Chen et al. 2021).
 */
public final class ToleranceCompressor implements Compressor {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "tolerance",
        "another method's points, each the cheapest whose loss on held-out examples is tolerated",
        "Chen et al. 2021",
        Set.of(Need.WEIGHTS, Need.LOSS),
        "drone:tolerance where it is of drone",
        List.of(
            MethodOption.choice("of", "svd", "asvd", "drone", "fwsvd", "lord", "svdllm"),
            MethodOption.number("factor", 1.05, 1, 1000)));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = EnumSet.copyOf(info().needs());
    needs.addAll(of(options).needs());
    return needs;
  }

  private static MethodSpec of(MethodOptions options) {
    return MethodSpec.parse(options.text("of"));
  }

  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    return of(options).compressor().energies(options);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    MethodSpec of = of(request.options());
    Compression made =
        new MatrixWalk(
                (MatrixMethod) of.compressor(),
                request.with(request.slots(), request.budget(), request.allocation(), of.options()))
            .toleratingGrowth(request.options().number("factor"))
            .run();
    Map<String, String> parameters = new HashMap<>(made.parameters());
    parameters.putAll(request.options().values());
    return new Compression(made.replacements(), made.layers(), parameters);
  }
}
