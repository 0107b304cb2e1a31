package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command's help in the macros of man(7), section 1. Only those macros are used that every reader
 * of man pages knows: TH, SH, PP, TP, B.
 */
final class ManPage {
  private final CommandSpec command;
  private final List<String> lines = new ArrayList<>();

  private ManPage(CommandSpec command) {
    this.command = command;
  }

  /** The file's name, as in {@code lrfbench-sweep.1}. */
  static String file(CommandSpec command) {
    return command.qualifiedName("-") + ".1";
  }

  /** The page. */
  static String of(CommandSpec command) {
    return new ManPage(command).render();
  }

  private String render() {
    String name = command.qualifiedName("-");
    lines.add(
        ".TH "
            + escape(name.toUpperCase(Locale.ROOT))
            + " 1 \"\" \"LRF-Bench "
            + escape(Provenance.current().version())
            + "\"");
    String[] description = command.usageMessage().description();
    section("Name");
    text(name + " - " + HelpPage.text(description[0]));
    section("Synopsis");
    lines.add(".B " + escape(HelpPage.synopsis(command)));
    section("Description");
    paragraphs(description);
    if (!command.positionalParameters().isEmpty()) {
      section("Arguments");
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        item(parameter.paramLabel(), HelpPage.text(parameter));
      }
    }
    Map<OptionTopic, List<OptionSpec>> topics = HelpPage.topics(command);
    topics.forEach(
        (topic, options) -> {
          section(HelpPage.heading(topic, topics.size()));
          options.forEach(option -> item(names(option), HelpPage.text(option)));
        });
    if (!command.subcommands().isEmpty()) {
      section("Commands");
      command
          .subcommands()
          .forEach(
              (sub, line) ->
                  item(sub, HelpPage.text(line.getCommandSpec().usageMessage().description()[0])));
    }
    section("Notes");
    paragraphs(command.usageMessage().footer());
    section("See also");
    text(command.parent() == null ? "The page of each command." : "lrfbench(1)");
    return String.join("\n", lines) + "\n";
  }

  private static String names(OptionSpec option) {
    StringJoiner names = new StringJoiner(", ");
    for (String name : option.names()) {
      names.add(option.arity().max() == 0 ? name : name + " " + option.paramLabel());
    }
    return names.toString();
  }

  private void section(String title) {
    lines.add(".SH " + escape(title));
  }

  private void item(String term, String text) {
    lines.add(".TP");
    lines.add(".B " + escape(term));
    text(text);
  }

  private void paragraphs(String... texts) {
    for (String text : texts) {
      lines.add(".PP");
      if (!text.isEmpty()) {
        text(HelpPage.text(text));
      }
    }
  }

  private void text(String text) {
    String escaped = escape(text);
    // What begins with a point or an apostrophe would be taken for a macro.
    lines.add(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
  }
}
