package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.lm.WindowKind;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say what examples a model is evaluated on. */
@OptionTopic.Of(OptionTopic.DATA)
final class DataOptions {
  @Option(
      names = "--glue",
      paramLabel = "DIR",
      description = "Directory of the GLUE data in the official layout, such as DIR/STS-B/dev.tsv.")
  Path glue;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description =
          "What a language model is evaluated on; of wikitext2 the directory of its files.")
  Path text;

  @Option(
      names = "--train-text",
      paramLabel = "FILE",
      description = "What a language model learns from.")
  private Path trainText;

  @Option(
      names = "--e2e",
      paramLabel = "DIR",
      description = "Directory of the E2E NLG data, with testset_w_refs.csv.")
  private Path e2e;

  @Option(
      names = "--windows",
      paramLabel = "W",
      defaultValue = "sliding",
      description =
          "How perplexity is counted: sliding, every token but the first once; transformers, as its documentation does; rolling, as lm-evaluation-harness does. Default: ${DEFAULT-VALUE}.")
  private String windows;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Tokens that a language model reads at once. Default: what the model allows.")
  private Integer context;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description =
          "Tokens that the next window goes on; smaller than --context, every token is predicted from more. Default: --context.")
  private Integer stride;

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

  /** What language models are evaluated on and learn from. */
  TextSource texts() {
    return new TextSource(
        text,
        trainText,
        WindowKind.parse(windows),
        tokens("--context", context),
        tokens("--stride", stride),
        e2e);
  }

  /** A number of tokens; 0 where none is given. */
  private static int tokens(String option, Integer given) {
    if (given != null && given < 1) {
      throw new InputException(option + " must be at least 1, but is " + given);
    }
    return given == null ? 0 : given;
  }

  /** Where the data is. */
  DataSource source() {
    return new DataSource(glue, texts(), Natives.cacheFolder(), maxLength);
  }

  /** How many examples to take; 0 takes all. */
  int limit() {
    if (limit != null && limit < 1) {
      throw new InputException("--limit must be at least 1, but is " + limit);
    }
    return limit == null ? 0 : limit;
  }
}
