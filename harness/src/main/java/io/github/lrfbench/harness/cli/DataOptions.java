package io.github.lrfbench.harness.cli;

import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say what examples a model is evaluated on. */
final class DataOptions {
  @Option(
      names = "--glue",
      paramLabel = "DIR",
      description = "Directory of the GLUE data in the official layout, such as DIR/STS-B/dev.tsv.")
  Path glue;

  @Option(
      names = "--max-length",
      paramLabel = "L",
      defaultValue = "128",
      description = "Truncate sequences to this many tokens. Default: ${DEFAULT-VALUE}.")
  int maxLength;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Evaluate the first N examples of each task only; recorded in the results. Default: all.")
  private Integer limit;

  /** How many examples to take; 0 takes all. */
  int limit() {
    if (limit != null && limit < 1) {
      throw new InputException("--limit must be at least 1, but is " + limit);
    }
    return limit == null ? 0 : limit;
  }
}
