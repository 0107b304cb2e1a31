package io.github.lrfbench.harness.result;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What cells with early exits tell beside others. Columns of {@code runs.csv}, empty for other
 * cells.
 */
public final class ExitColumns {
  /** What {@code latency_kind} is of cells with early exits. */
  public static final String LATENCY_KIND = "inputs";

  public static final Column<String> EXIT =
      Column.text(
          "exit",
          "When a pass stops early (--exit): entropy:S, patience:T, patience:T:tau=D or layer:K. Empty "
              + "for whole passes. Of a cell with it flops_ratio and all times are of the task's own "
              + "examples, one sequence at a time.");

  public static final Column<String> EXIT_TRAINING =
      Column.text("exit_training", "How the exits were trained: two-stage or joint.");

  public static final Column<Double> EXIT_LAYER_MEAN =
      Column.number(
          "exit_layer_mean", "", "Mean number of blocks that the evaluated examples went through.");

  public static final Column<String> EXIT_SHARES =
      Column.text(
          "exit_shares",
          "The share of the evaluated examples that stopped after each block, from the first to the "
              + "last: 0.25|0.5|0.25.");

  public static final Column<Double> EXIT_FLOPS_PER_EXAMPLE =
      Column.number(
          "exit_flops_per_example",
          "FLOP",
          "Mean floating-point operations of the evaluated examples, of their own lengths, up to where "
              + "they stopped, the exits that were looked at included; counted as flops_timed.");

  public static final Column<Double> EXIT_SPEEDUP =
      Column.number(
          "exit_speedup",
          "",
          "Mean time of a whole pass of the same model / latency_ms_mean, over the same inputs in "
              + "turns: what the exits alone bring.");

  public static final Column<Double> EXIT_SPEEDUP_LOW =
      Column.number(
          "exit_speedup_low",
          "",
          "Lower end of the 95 % interval of exit_speedup, from how much it differs between sections of "
              + "the inputs.");

  public static final Column<Double> EXIT_SPEEDUP_HIGH =
      Column.number("exit_speedup_high", "", "Upper end of that interval.");

  private ExitColumns() {}

  /** Shares as the column has them. */
  public static String shares(double[] shares) {
    return Arrays.stream(shares)
        .mapToObj(share -> String.format(Locale.ROOT, "%.4f", share))
        .map(text -> text.replaceFirst("\\.?0+$", ""))
        .collect(Collectors.joining("|"));
  }
}
