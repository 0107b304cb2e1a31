package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.generate.GenerationConfig;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.generate.GenerationWishes;
import io.github.lrfbench.kernels.InputException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that say how a text is continued; what is not given is as the model wants it. */
@OptionTopic.Of(OptionTopic.GENERATION)
final class ContinuationOptions {
  private static final int NEW_TOKENS = GenerationWishes.NEW_TOKENS;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The most tokens to add. Default: the model's, else " + NEW_TOKENS + ".")
  private Optional<Integer> maxNewTokens;

  @Option(
      names = "--greedy",
      description = "Take the likeliest token at every step, whatever the model wants.")
  private boolean greedy;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "Draw tokens; below 1 the likely ones more often. Default with drawing: the model's, else 1.")
  private Optional<Double> temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description =
          "Draw from the K likeliest tokens. Default with drawing: the model's, else all (0).")
  private Optional<Integer> topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Draw from the fewest tokens that together have this probability. Default with drawing: the model's, else 1.")
  private Optional<Double> topP;

  @Option(
      names = "--beams",
      paramLabel = "N",
      description = "Follow N texts at once. Default: the model's, else 1.")
  private Optional<Integer> beams;

  @Option(
      names = "--length-penalty",
      paramLabel = "A",
      description =
          "With --beams, divide a text's log likelihood by its length to this power. Default: the model's, else 1.")
  private Optional<Double> lengthPenalty;

  @Option(
      names = "--early-stopping",
      negatable = true,
      description = "With --beams, end when there are N finished texts. Default: the model's.")
  private Optional<Boolean> earlyStopping;

  @Option(
      names = "--no-repeat-ngram",
      paramLabel = "N",
      description =
          "Let no run of N tokens occur twice in prompt and new text; 0: no such rule. Default: the model's, else 0.")
  private Optional<Integer> noRepeatNgram;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of what is drawn. Default: ${DEFAULT-VALUE}.")
  private long seed;

  /**
   * What is wanted of a model that wants nothing, which checks the numbers.
   *
   * @throws InputException if one is wrong, or they do not go together
   */
  GenerationSettings validated() {
    return wishes().validated();
  }

  /**
   * What is wanted.
   *
   * @param model what the model wants
   * @throws InputException if that is wrong
   */
  GenerationSettings settings(GenerationConfig model) {
    return wishes().settings(model);
  }

  private GenerationWishes wishes() {
    return new GenerationWishes(
        maxNewTokens,
        greedy,
        temperature,
        topK,
        topP,
        beams,
        lengthPenalty,
        earlyStopping,
        noRepeatNgram,
        seed);
  }
}
