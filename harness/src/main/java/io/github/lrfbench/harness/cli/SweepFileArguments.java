package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.config.Setting;
import io.github.lrfbench.harness.config.SweepFile;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.harness.text.OneLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What the settings of a sweep file are as options of the command: a key is an option's name
 * without dashes, and an option that was given wins.
 */
final class SweepFileArguments {
  private static final Set<String> NEVER =
      Set.of("help", "version", "dry-run", "shard", "retry-memory", "max-cells");

  /** What one call of the command has one of. */
  private static final Set<String> SHARED_ONLY = Set.of("out", "threads");

  private final SweepFile file;
  private final CommandSpec command;
  private final Supplier<?> fresh;
  private final ParseResult given;

  /**
   * Options for a file.
   *
   * @param command whose options the keys are
   * @param fresh makes another object of the command, to try arguments on
   * @param given the command line of {@code sweep} that names the file
   */
  SweepFileArguments(SweepFile file, CommandSpec command, Supplier<?> fresh, ParseResult given) {
    this.file = file;
    this.command = command;
    this.fresh = fresh;
    this.given = given;
  }

  /**
   * The whole command line of every grid.
   *
   * @throws io.github.lrfbench.kernels.InputException if a key is unknown or a value wrong
   */
  List<List<String>> grids() {
    for (List<Setting> grid : file.grids()) {
      for (Setting setting : grid) {
        if (SHARED_ONLY.contains(setting.key())) {
          throw file.fault(
              setting.line(),
              OneLine.quote(setting.key()) + " is the same for all grids; set it outside of them");
        }
      }
    }
    List<List<String>> lines = new ArrayList<>();
    for (int grid = 0; grid < file.grids().size(); grid++) {
      List<String> line = new ArrayList<>();
      for (Setting setting : file.settings(grid)) {
        line.addAll(arguments(setting));
      }
      // The original arguments begin with the command's name.
      List<String> all = given.originalArgs();
      line.addAll(all.subList(all.indexOf(given.commandSpec().name()) + 1, all.size()));
      lines.add(line);
    }
    return lines;
  }

  private List<String> arguments(Setting setting) {
    OptionSpec option = option(setting);
    List<String> arguments = new ArrayList<>();
    if (option.arity().max() == 0) {
      if (!setting.values().equals(List.of("true")) && !setting.values().equals(List.of("false"))) {
        throw file.fault(setting.line(), OneLine.quote(setting.key()) + " must be true or false");
      }
      if (setting.values().get(0).equals("true")) {
        arguments.add(option.longestName());
      }
    } else {
      setting.values().forEach(value -> arguments.add(option.longestName() + "=" + value));
    }
    requireValid(setting, arguments);
    return given.hasMatchedOption(option.longestName()) ? List.of() : arguments;
  }

  private OptionSpec option(Setting setting) {
    OptionSpec option = command.findOption("--" + setting.key());
    if (option != null && !NEVER.contains(setting.key())) {
      return option;
    }
    List<String> keys =
        command.options().stream()
            .map(known -> known.longestName().substring(2))
            .filter(key -> !NEVER.contains(key))
            .sorted()
            .toList();
    String hint =
        Names.nearest(setting.key(), keys).stream()
            .map(OneLine::quote)
            .collect(Collectors.joining(" or "));
    throw file.fault(
        setting.line(),
        "unknown key "
            + OneLine.quote(setting.key())
            + (hint.isEmpty()
                ? "; keys: " + String.join(", ", keys)
                : "; did you mean " + hint + "?"));
  }

  /** Parses the arguments alone, so that a bad value is told with its line. */
  private void requireValid(Setting setting, List<String> arguments) {
    try {
      new CommandLine(fresh.get()).parseArgs(arguments.toArray(String[]::new));
    } catch (ParameterException e) {
      throw file.fault(setting.line(), e.getMessage());
    }
  }
}
