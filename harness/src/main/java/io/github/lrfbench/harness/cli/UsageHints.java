package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.harness.text.OneLine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, and what may have been meant. */
final class UsageHints {
  private UsageHints() {}

  static String describe(ParameterException usage) {
    if (usage instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      return describe(usage.getCommandLine().getCommandSpec(), unmatched.getUnmatched().get(0));
    }
    return usage.getMessage();
  }

  private static String describe(CommandSpec command, String given) {
    boolean option = given.startsWith("-");
    String name = option ? given.replaceFirst("=.*", "") : given;
    List<String> known = new ArrayList<>();
    if (option) {
      for (OptionSpec spec : command.options()) {
        known.add(spec.longestName());
      }
    } else {
      known.addAll(command.subcommands().keySet());
    }
    String kind = option ? "option" : command.subcommands().isEmpty() ? "argument" : "command";
    String hint =
        Names.nearest(name, known).stream().map(OneLine::quote).collect(Collectors.joining(" or "));
    return "unknown "
        + kind
        + " "
        + OneLine.quote(name)
        + (hint.isEmpty() ? "" : "; did you mean " + hint + "?");
  }
}
