package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The help of every command, the man pages made of it, and the script of the shells. */
class HelpPageTest {
  @TempDir private Path folder;

  private String errors;

  /** All commands, as the program has them. */
  private static CommandLine program() {
    return Main.program(Commands.all());
  }

  private static List<CommandSpec> commands() {
    List<CommandSpec> all = new ArrayList<>(List.of(program().getCommandSpec()));
    program().getSubcommands().values().forEach(line -> all.add(line.getCommandSpec()));
    return all;
  }

  private String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    // Where picocli warns of a text that it cannot format.
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      assertEquals(0, Main.run(print(out), print(err), arguments), () -> text(err));
    } finally {
      System.setErr(before);
      errors = text(err);
    }
    return text(out);
  }

  private static PrintStream print(ByteArrayOutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyTextIsAFormatWithoutArguments(CommandSpec command) {
    List<String> texts = new ArrayList<>();
    for (ArgSpec argument : command.args()) {
      texts.addAll(List.of(argument.description()));
      assertTrue(argument.description().length > 0, argument + " is not described");
    }
    texts.addAll(List.of(command.usageMessage().description()));
    texts.addAll(List.of(command.usageMessage().footer()));
    for (String text : texts) {
      assertDoesNotThrow(() -> String.format(text), text);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpFitsEightyColumns(CommandSpec command) {
    String[] arguments =
        command.parent() == null
            ? new String[] {"--help"}
            : new String[] {command.name(), "--help"};
    String help = run(arguments);
    assertEquals("", errors);
    assertFalse(help.contains("%%"), help);
    for (String line : help.split("\\R")) {
      assertTrue(line.codePointCount(0, line.length()) <= 80, line);
    }
    // A paragraph that is cut by hand where it does not end leaves short lines.
    for (String paragraph : HelpPage.paragraphs(command.usageMessage().footer())) {
      assertFalse(paragraph.contains("\n"), paragraph);
    }
    for (OptionSpec option : command.options()) {
      assertTrue(help.contains(option.longestName().substring(2)), option.longestName());
    }
  }

  @Test
  void optionsStandByTopic() {
    List<String> help = run("sweep", "--help").lines().toList();
    List<String> headings = help.stream().filter(line -> line.matches("[A-Z][a-z ]+:")).toList();
    assertEquals(
        List.of(
            "Arguments:",
            "Model and task:",
            "Compression:",
            "Training:",
            "Latency:",
            "Data:",
            "Device:",
            "Other options:"),
        headings);
    assertEquals("Usage: lrfbench sweep [OPTIONS] [CONFIG.yaml]", help.get(0));
    int latency = help.indexOf("Latency:");
    assertTrue(
        String.join("\n", help.subList(latency, help.indexOf("Data:"))).contains("--seq-len"));
    assertTrue(
        run("merge", "--help").contains("Usage: lrfbench merge [OPTIONS] --out DIR RUNS..."));
  }

  @Test
  void aPercentSignIsOne() {
    assertTrue(run("report", "--help").replaceAll("\\s+", " ").contains("the 95 % interval"));
  }

  @Test
  void linesOfAParagraphAreJoined() {
    assertEquals(
        List.of("", "One two three.", "", "Examples: a", "          b", "c"),
        HelpPage.paragraphs("", "One two", "three.", "", "Examples: a", "          b", "c"));
  }

  @Test
  void everyCommandHasAManPage() throws IOException {
    run("man", "--out", folder.toString());
    List<CommandSpec> commands = commands();
    try (Stream<Path> pages = Files.list(folder.resolve("man1"))) {
      assertEquals(commands.size(), pages.count());
    }
    for (CommandSpec command : commands) {
      String page = Files.readString(folder.resolve("man1").resolve(ManPage.file(command)));
      for (OptionSpec option : command.options()) {
        assertTrue(page.contains(option.longestName().replace("-", "\\-")), option.longestName());
      }
      assertFalse(page.contains("%%"), page);
      for (String line : page.split("\n")) {
        assertTrue(!line.startsWith(".") || line.matches("\\.(TH|SH|PP|TP|B)( .*)?"), line);
        assertFalse(line.startsWith("'"), line);
      }
    }
    assertTrue(
        Files.readString(folder.resolve("man1/lrfbench-report.1")).contains("the 95 % interval"));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void bashCompletesCommandsOptionsAndValues() throws Exception {
    Path script = Files.writeString(folder.resolve("lrfbench.sh"), run("completion", "bash"));
    assertTrue(complete(script, "lrfbench", "swe").contains("sweep"));
    assertTrue(complete(script, "lrfbench", "sweep", "--batch").contains("--batch-size"));
    assertTrue(complete(script, "lrfbench", "report", "--ht").contains("--html"));
    assertTrue(complete(script, "lrfbench", "list", "m").containsAll(List.of("methods", "models")));
  }

  /** What bash offers for the last of the words. */
  private List<String> complete(Path script, String... words) throws Exception {
    String quoted = "'" + String.join("' '", words) + "'";
    String commands =
        "source '"
            + script
            + "'; COMP_WORDS=("
            + quoted
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; _complete_lrfbench; printf '%s\\n' \"${COMPREPLY[@]}\"";
    Process bash = new ProcessBuilder("bash", "-c", commands).redirectErrorStream(true).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, bash.waitFor(), out);
    return Arrays.stream(out.split("\n")).map(String::strip).toList();
  }

  @Test
  void anotherShellIsRefused() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(2, Main.run(print(new ByteArrayOutputStream()), print(err), "completion", "zhs"));
    assertTrue(text(err).contains("did you mean 'zsh'?"), text(err));
  }
}
