package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.exchange.GradiVeqSettings;
import io.github.lrfbench.harness.exchange.GradientCompression;
import io.github.lrfbench.harness.exchange.PowerSgdSettings;
import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.harness.train.Workers;
import io.github.lrfbench.kernels.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that have workers share every batch, and say how they exchange their gradients. */
@OptionTopic.Of(OptionTopic.TRAINING)
final class GradientOptions {
  private static final int WORKERS = 8;
  private static final int MOST = 1_000_000_000;
  private static final List<String> LINKS = List.of("1.25:50", "12.5:5");

  /** The ways to exchange gradients, with their options. */
  private static final Map<String, List<MethodOption>> KNOWN = known();

  @Option(
      names = "--gradients",
      paramLabel = "HOW",
      description =
          "Share every batch among workers, simulated one after another, that exchange gradients in a ring: none (as they "
              + "are), powersgd[:rank=4] or gradiveq[:ratio=8]. training.csv tells bytes, errors and times. Options: "
              + "docs/gradient-compression.md.")
  private String how;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "With --gradients, how many workers there are. Default: " + WORKERS + ".")
  private Integer workers;

  @Option(
      names = "--link",
      paramLabel = "GB/s[:US]",
      split = ",",
      description =
          "With --gradients, links in the ring for which the time of each exchange is modelled: gigabytes per second, and "
              + "microseconds of latency. Default: 1.25:50,12.5:5.")
  private List<String> links;

  private static Map<String, List<MethodOption>> known() {
    Map<String, List<MethodOption>> known = new LinkedHashMap<>();
    known.put("none", List.of());
    known.put(
        "powersgd",
        List.of(
            MethodOption.count("rank", 4, 1, 4096),
            MethodOption.flag("warm-start", true),
            MethodOption.flag("feedback", true),
            MethodOption.choice("residual", "global", "local"),
            MethodOption.number("threshold", 2, 0, MOST),
            MethodOption.count("start", 0, 0, MOST)));
    known.put(
        "gradiveq",
        List.of(
            MethodOption.count("slice", 768, 2, 8192),
            MethodOption.count("training", 10, 1, MOST),
            MethodOption.count("compressing", 90, 1, MOST),
            MethodOption.number("ratio", 8, 1, MOST),
            MethodOption.number("energy", 0, 0, 1),
            MethodOption.flag("feedback", false)));
    return known;
  }

  /** The name of the way, and its options. */
  private record Spec(String name, MethodOptions options) {
    static Spec parse(String text) {
      List<String> parts = List.of(text.split(":", -1));
      String name = parts.get(0);
      if (!KNOWN.containsKey(name)) {
        throw Names.unknown("gradient exchange", name, KNOWN.keySet());
      }
      return new Spec(
          name,
          MethodOptions.parse(
              "--gradients " + name, KNOWN.get(name), parts.subList(1, parts.size())));
    }

    String text() {
      return name + options.text(KNOWN.get(name), false);
    }

    GradientCompression compression() {
      return switch (name) {
        case "powersgd" ->
            new PowerSgdSettings(
                options.count("rank"),
                options.flag("warm-start"),
                options.flag("feedback"),
                options.is("residual", "local"),
                options.number("threshold"),
                options.count("start"));
        case "gradiveq" ->
            new GradiVeqSettings(
                options.count("slice"),
                options.count("training"),
                options.count("compressing"),
                options.number("ratio"),
                options.number("energy"),
                options.flag("feedback"));
        default -> GradientCompression.NONE;
      };
    }
  }

  /**
   * The workers that are wanted; null for none.
   *
   * @throws InputException if something is wrong with the options, or does not go together
   */
  Workers workers(int batchSize, boolean preparing) {
    if (how == null) {
      if (workers != null || links != null) {
        throw new InputException("--workers and --link need --gradients");
      }
      return null;
    }
    if (preparing) {
      throw new InputException(
          "--gradients exchanges gradients of weights, not those in the coordinates of --prehab");
    }
    Workers wanted =
        new Workers(
            workers == null ? WORKERS : workers,
            Spec.parse(how).compression(),
            (links == null ? LINKS : links).stream().map(Link::parse).toList());
    wanted.requireWork(batchSize);
    return wanted;
  }

  /** What the result depends on, where workers are wanted. */
  void describe(ObjectNode block, Workers wanted) {
    if (wanted != null) {
      block.put("gradients", Spec.parse(how).text()).put("workers", wanted.count());
    }
  }

  /** What the columns of the log depend on. */
  String log() {
    return links == null ? "" : " " + String.join(",", links);
  }
}
