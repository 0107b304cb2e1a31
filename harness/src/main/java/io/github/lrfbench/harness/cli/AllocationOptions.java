package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.compress.allocate.Allocation;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how a budget is shared out among matrices. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class AllocationOptions {
  @Option(
      names = "--allocate",
      paramLabel = "POLICY",
      split = ",",
      defaultValue = "uniform",
      description =
          "How --keep, or the total of --rank, is shared out among the matrices: see 'lrfbench list allocations'. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<String> policies;

  @Option(
      names = "--round-to",
      paramLabel = "N",
      split = ",",
      defaultValue = "1",
      description =
          "Ranks are multiples of N; 8 suits GPUs. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  private List<Integer> multiples = new ArrayList<>();

  /**
   * What is asked for.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no policy of a name
   */
  List<Allocation> allocations() {
    return policies.stream()
        .flatMap(policy -> multiples.stream().map(multiple -> Allocation.parse(policy, multiple)))
        .toList();
  }
}
