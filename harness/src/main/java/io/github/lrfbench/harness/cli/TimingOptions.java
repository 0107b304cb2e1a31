package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.measure.RoundRule;
import picocli.CommandLine.Option;

/** The options that tell how long models are timed. */
@OptionTopic.Of(OptionTopic.LATENCY)
final class TimingOptions {
  @Option(
      names = "--warmup",
      paramLabel = "N",
      description =
          "Calls of each model before any is timed, and as many more as it takes until neither gets"
              + " faster by more than a twentieth (--max-seconds at most) and the Java runtime has"
              + " compiled what it runs (five times --max-seconds at most); 0 for none. Default:"
              + " 3.")
  private int warmup = RoundRule.DEFAULT.warmupRuns();

  @Option(
      names = "--min-runs",
      paramLabel = "N",
      description =
          "Timed calls of each model, at the least, unless they take over a minute. Default: 20.")
  private int minRuns = RoundRule.DEFAULT.minimumRuns();

  @Option(
      names = "--max-noise",
      paramLabel = "FRACTION",
      description =
          "Time no more calls once the speedup's interval (of 0.95 confidence) reaches no further"
              + " than this fraction of it to either side, after 5 rounds and half a second."
              + " Default: 0.02.")
  private double maxNoise = RoundRule.DEFAULT.maximumNoise();

  @Option(
      names = "--max-seconds",
      paramLabel = "S",
      description =
          "Time no more calls after this time either, however far the interval reaches, if there"
              + " are --min-runs calls. The column latency_stop tells which it was. Default: 1.")
  private double maxSeconds = RoundRule.DEFAULT.maximumSeconds();

  @Option(
      names = "--time-each",
      description =
          "Time every model. Without it one takes the times of another of the same call that has"
              + " the same forms and sizes in every place, which timed_with in extra tells; forms"
              + " whose time may depend on values, such as sparse ones, are timed in any case.")
  private boolean timeEach;

  boolean timesEach() {
    return timeEach;
  }

  RoundRule rule() {
    return new RoundRule(warmup, minRuns, maxNoise, maxSeconds);
  }
}
