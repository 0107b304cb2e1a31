package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.List;

/**
 * What a prehab trains towards.
 *
 * @param penalty of every whitened matrix; the loss has their mean
 * @param lambda the mean's weight in the loss; NaN for the published one, which grows
 * @param keep the share of a matrix's numbers that the tail is measured at
 */
public record PrehabSettings(Penalty penalty, double lambda, double keep) {
  private static final String PENALTY = "penalty";
  private static final String LAMBDA = "lambda";
  private static final String SCHEDULE = "schedule";
  private static final String KEEP = "keep";

  /** Published: from 1e-4 by the factor 1e5 in ten epochs, then 10. */
  private static final int GROWING_EPOCHS = 10;

  private static final MethodOption CONSTANT = MethodOption.number(LAMBDA, 0, 0, 1e6);
  private static final MethodOption KEEP_OPTION = MethodOption.number(KEEP, 0.5, 1e-3, 1);

  /** The options that say it. */
  static final List<MethodOption> OPTIONS =
      List.of(
          MethodOption.choice(PENALTY, Penalty.STABLE_RANK.label(), Penalty.TAIL.label()),
          new MethodOption(
              LAMBDA,
              SCHEDULE + "|" + CONSTANT.values(),
              SCHEDULE,
              text -> text.equals(SCHEDULE) ? text : CONSTANT.canonical().apply(text)),
          KEEP_OPTION);

  /** The settings of these options' values. */
  public static PrehabSettings of(MethodOptions options) {
    return new PrehabSettings(
        Penalty.parse(options.text(PENALTY)),
        options.is(LAMBDA, SCHEDULE) ? Double.NaN : options.number(LAMBDA),
        options.number(KEEP));
  }

  /**
   * Checks what no option can check alone.
   *
   * @throws InputException if an option would change nothing
   */
  static void check(MethodOptions options) {
    if (!options.is(PENALTY, Penalty.TAIL.label()) && !options.is(KEEP, KEEP_OPTION.standard())) {
      throw new InputException("--method prehab: keep is of penalty=tail and would change nothing");
    }
  }

  /**
   * The weight of the mean penalty in the loss.
   *
   * @param epoch from 0
   */
  double weight(int epoch) {
    if (!Double.isNaN(lambda)) {
      return lambda;
    }
    return epoch < GROWING_EPOCHS ? 1e-4 * Math.exp(Math.log(1e5) / GROWING_EPOCHS * epoch) : 10;
  }

  /** How many singular values of a matrix [m, n] shall hold all. */
  int head(int m, int n) {
    int rank = penalty == Penalty.TAIL ? (int) (keep * LowRankCost.breakEvenRank(m, n)) : 1;
    return Math.max(1, Math.min(rank, Math.min(m, n)));
  }
}
