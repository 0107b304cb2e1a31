package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;
import java.util.Optional;

/**
 * What a user says of how texts are continued; the rest is as the model wants it.
 *
 * @param maxNewTokens the most tokens to add
 * @param greedy takes the likeliest token at every step, whatever the model wants
 * @param temperature of drawing
 * @param topK of drawing
 * @param topP of drawing
 * @param beams texts that are followed at once
 * @param lengthPenalty of beam search
 * @param earlyStopping of beam search
 * @param noRepeatNgram the length of runs of tokens that may not occur twice; 0 for no such rule
 * @param seed of what is drawn
 */
public record GenerationWishes(
    Optional<Integer> maxNewTokens,
    boolean greedy,
    Optional<Double> temperature,
    Optional<Integer> topK,
    Optional<Double> topP,
    Optional<Integer> beams,
    Optional<Double> lengthPenalty,
    Optional<Boolean> earlyStopping,
    Optional<Integer> noRepeatNgram,
    long seed) {
  /** Tokens that are added where neither the user nor the model says how many. */
  public static final int NEW_TOKENS = 50;

  /**
   * What is wanted of a model that wants nothing, which checks the numbers.
   *
   * @throws InputException if one is wrong, or they do not go together
   */
  public GenerationSettings validated() {
    if (greedy && (drawn() || beams.orElse(1) > 1)) {
      throw new InputException(
          "--greedy takes the likeliest token; it does not go with --temperature, --top-k, --top-p or --beams");
    }
    return settings(GenerationConfig.NONE);
  }

  private boolean drawn() {
    return temperature.isPresent() || topK.isPresent() || topP.isPresent();
  }

  /**
   * What is wanted.
   *
   * @param model what the model wants
   * @throws InputException if that is wrong
   */
  public GenerationSettings settings(GenerationConfig model) {
    // What is chosen here, be it drawing or searching, is not mixed with the other of the model.
    boolean chosen = greedy || drawn() || beams.orElse(1) > 1;
    boolean draws = chosen ? drawn() : model.draws();
    int width = beams.orElse(chosen ? 1 : model.beams().orElse(1));
    if (!chosen && draws && width > 1) {
      throw new InputException(
          "do_sample with num_beams is not supported; give --greedy, --beams or --temperature");
    }
    Sampling sampling =
        draws
            ? new Sampling(
                temperature.or(model::temperature).orElse(1.0),
                topK.or(model::topK).orElse(0),
                topP.or(model::topP).orElse(1.0),
                model.cutoffs())
            : null;
    return new GenerationSettings(
        maxNewTokens
            .map(LengthLimit::ofContinuation)
            .or(model::limit)
            .orElse(LengthLimit.ofContinuation(NEW_TOKENS)),
        model.ends(),
        width,
        lengthPenalty.or(model::lengthPenalty).orElse(1.0),
        earlyStopping
            .map(early -> early ? EarlyStopping.AT_ONCE : EarlyStopping.WHEN_UNLIKELY)
            .or(model::earlyStopping)
            .orElse(EarlyStopping.WHEN_UNLIKELY),
        noRepeatNgram
            .map(size -> model.rules().with(new NoRepeat(size, true)))
            .orElse(model.rules()),
        sampling,
        seed);
  }
}
