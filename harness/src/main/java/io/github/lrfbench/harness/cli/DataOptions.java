package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.lm.WindowKind;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      split = ",",
      defaultValue = "sliding",
      description =
          "How perplexity is counted: sliding, every token but the first once; transformers, as its documentation does; rolling, as lm-evaluation-harness does. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  private List<String> windows = new ArrayList<>();

  @Option(
      names = "--context",
      paramLabel = "N",
      split = ",",
      description =
          "Tokens that a language model reads at once. Default: what the model allows. Repeatable in a sweep.")
  private List<Integer> context = new ArrayList<>();

  @Option(
      names = "--stride",
      paramLabel = "N",
      split = ",",
      description =
          "Tokens that the next window goes on; smaller than --context, every token is predicted from more. Default: --context. Repeatable in a sweep.")
  private List<Integer> stride = new ArrayList<>();

  @Option(
      names = "--max-length",
      paramLabel = "L",
      split = ",",
      defaultValue = "128",
      description =
          "Truncate sequences to this many tokens. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  private List<Integer> maxLengths = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      split = ",",
      description =
          "Evaluate the first N examples of each task only; recorded in the results. Default: all. Repeatable in a sweep.")
  private List<Integer> limits = new ArrayList<>();

  /** What language models are evaluated on and learn from. */
  TextSource texts() {
    return new TextSource(
        text,
        trainText,
        WindowKind.parse(OneValue.of("--windows", windows)),
        tokens("--context", context),
        tokens("--stride", stride),
        e2e);
  }

  /** A number of tokens; 0 where none is given. */
  private static int tokens(String option, List<Integer> values) {
    Integer given = OneValue.orNull(option, values);
    if (given != null && given < 1) {
      throw new InputException(option + " must be at least 1, but is " + given);
    }
    return given == null ? 0 : given;
  }

  /** Tokens that sequences are truncated to. */
  int maxLength() {
    return OneValue.of("--max-length", maxLengths);
  }

  /** Where the data is. */
  DataSource source() {
    return new DataSource(glue, texts(), Natives.cacheFolder(), maxLength());
  }

  /** How many examples to take; 0 takes all. */
  int limit() {
    Integer limit = OneValue.orNull("--limit", limits);
    if (limit != null && limit < 1) {
      throw new InputException("--limit must be at least 1, but is " + limit);
    }
    return limit == null ? 0 : limit;
  }
}
