package io.github.lrfbench.harness.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * What a command tells of itself: the one source of {@code --help} and of man pages. Paragraphs
 * fill the line however they are cut in the sources, options stand by topic.
 */
final class HelpPage {
  private HelpPage() {}

  /** Has a command and all below it print their help this way. */
  static void arrange(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    UsageMessageSpec usage = command.usageMessage();
    usage.description(paragraphs(usage.description()).toArray(String[]::new));
    usage.footer(paragraphs(usage.footer()).toArray(String[]::new));
    usage.customSynopsis(synopsis(command));
    usage.sortOptions(false);
    usage.parameterListHeading(command.positionalParameters().isEmpty() ? "" : "%nArguments:%n");
    usage.commandListHeading("%nCommands:%n");
    usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpPage::options);
    line.getSubcommands().values().forEach(HelpPage::arrange);
  }

  /** The lines with those of a paragraph in one; empty lines and examples stay lines. */
  static List<String> paragraphs(String... lines) {
    List<String> paragraphs = new ArrayList<>();
    boolean open = false;
    for (String line : lines) {
      boolean alone = line.isEmpty() || line.startsWith(" ") || line.startsWith("Example");
      if (open && !alone) {
        paragraphs.add(paragraphs.remove(paragraphs.size() - 1) + " " + line);
      } else {
        paragraphs.add(line);
      }
      open = !alone;
    }
    return paragraphs;
  }

  /** The command with what it cannot do without. */
  static String synopsis(CommandSpec command) {
    StringBuilder text = new StringBuilder(command.qualifiedName()).append(" [OPTIONS]");
    for (OptionSpec option : command.options()) {
      if (option.required()) {
        text.append(' ').append(option.longestName()).append(' ').append(option.paramLabel());
      }
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
      text.append(' ').append(parameter.required() ? label : "[" + label + "]");
    }
    return text.append(command.subcommands().isEmpty() ? "" : " COMMAND").toString();
  }

  /** The options of each topic. */
  static Map<OptionTopic, List<OptionSpec>> topics(CommandSpec command) {
    Map<OptionTopic, List<OptionSpec>> topics = new EnumMap<>(OptionTopic.class);
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        topics.computeIfAbsent(OptionTopic.of(option), key -> new ArrayList<>()).add(option);
      }
    }
    return topics;
  }

  /** The heading of a topic. */
  static String heading(OptionTopic topic, int topics) {
    return topics == 1 ? "Options" : topic.heading();
  }

  /** A description as a reader sees it; in the sources % is doubled, as in all formats. */
  static String text(String... description) {
    return String.join(" ", Arrays.stream(description).map(String::format).toList());
  }

  /** What an option or argument does. */
  static String text(ArgSpec argument) {
    return text(argument.description());
  }

  private static String options(Help help) {
    StringBuilder text = new StringBuilder();
    Map<OptionTopic, List<OptionSpec>> topics = topics(help.commandSpec());
    topics.forEach(
        (topic, options) ->
            text.append(System.lineSeparator())
                .append(heading(topic, topics.size()))
                .append(':')
                .append(System.lineSeparator())
                .append(help.optionListExcludingGroups(options)));
    return text.toString();
  }
}
