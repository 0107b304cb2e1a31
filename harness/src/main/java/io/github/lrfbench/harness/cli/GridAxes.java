package io.github.lrfbench.harness.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Makes of a command line with several values of an option, of which a grid has one, a line for
 * each. Cells keep the ids that they have where the value is given alone.
 */
final class GridAxes {
  private static final String DEVICE = "--device";

  /**
   * The options, the outermost axis first: what is long to change comes before what is not. Not the
   * threads: a cell is the same with any number of them.
   */
  private static final List<String> OPTIONS =
      List.of(
          DEVICE,
          "--dtype",
          "--windows",
          "--context",
          "--stride",
          "--max-length",
          "--limit",
          "--calibration",
          "--latency",
          "--batch-size",
          "--seq-len");

  private GridAxes() {}

  /** The command lines, without arguments that are no options. */
  static List<List<String>> lines(ParseResult parsed) {
    List<String> shared = new ArrayList<>();
    for (OptionSpec option : parsed.matchedOptionsSet()) {
      if (!OPTIONS.contains(option.longestName())) {
        shared.addAll(arguments(option));
      }
    }
    List<List<String>> lines = List.of(shared);
    for (String name : OPTIONS) {
      OptionSpec option = parsed.matchedOption(name);
      if (option != null) {
        lines =
            lines.stream()
                .flatMap(line -> arguments(option).stream().map(value -> with(line, value)))
                .toList();
      }
    }
    return lines;
  }

  private static List<String> with(List<String> line, String argument) {
    List<String> longer = new ArrayList<>(line);
    longer.add(argument);
    return longer;
  }

  private static List<String> arguments(OptionSpec option) {
    if (option.arity().max() == 0) {
      return List.of(option.longestName());
    }
    // What stands twice is one point of an axis.
    List<String> points =
        option.longestName().equals(DEVICE)
            ? DeviceKinds.of(option.stringValues())
            : option.stringValues().stream().distinct().toList();
    return points.stream().map(value -> option.longestName() + "=" + value).toList();
  }
}
