package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the tables and plots of {@code results/reference/README.md} and of the studies in {@code
 * docs} to what the commands print or draw that stand in a comment above each. After a change of
 * the rows or of what the commands print, write them anew by {@code ./mvnw -pl harness -am test
 * -Dtest=ReferenceTablesTest -Dsurefire.failIfNoSpecifiedTests=false -Dlrfbench.update=true}.
 */
class ReferenceTablesTest {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(<!-- \\./lrfbench ((?:report|estimate) (?![^\\n]*--plot)[^\\n]*) -->\\n)(.*?)(<!-- end of the table -->\\n)",
          Pattern.DOTALL);

  private static final Pattern PLOT =
      Pattern.compile(
          "<!-- \\./lrfbench (report [^\\n]*--plot (\\S+)[^\\n]*) -->\\n\\n!\\[[^\\]]+\\]\\((\\S+)\\)");

  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @ParameterizedTest
  @CsvSource({
    "results/reference/README.md, 5",
    "docs/studies/break-even.md, 2",
    "docs/studies/dropout-and-pruning.md, 2"
  })
  void everyTableIsWhatItsCommandPrints(String document, int atLeast) throws IOException {
    Path file = TestData.repositoryRoot().resolve(document);
    String text = Files.readString(file);
    Matcher blocks = BLOCK.matcher(text);
    assertTrue(blocks.results().count() >= atLeast, "tables with a command above them");
    String current =
        blocks
            .reset()
            .replaceAll(
                block ->
                    Matcher.quoteReplacement(
                        block.group(1) + "\n" + block(block.group(2)) + "\n" + block.group(4)));
    if (Boolean.getBoolean("lrfbench.update")) {
      Files.writeString(file, current);
    }
    assertEquals(current, Files.readString(file));
  }

  @ParameterizedTest
  @CsvSource({
    "results/reference/README.md, 1",
    "docs/studies/dropout-and-pruning.md, 2",
  })
  void everyPlotIsWhatItsCommandDraws(String document, int atLeast, @TempDir Path folder)
      throws IOException {
    Path root = TestData.repositoryRoot();
    Path file = root.resolve(document);
    List<MatchResult> plots = PLOT.matcher(Files.readString(file)).results().toList();
    assertTrue(plots.size() >= atLeast, "plots with a command above them");
    for (MatchResult plot : plots) {
      Path kept = root.resolve(plot.group(2));
      Path drawn = folder.resolve("plot.svg");
      print(plot.group(1).replace(plot.group(2), drawn.toString()));
      if (Boolean.getBoolean("lrfbench.update")) {
        Files.copy(drawn, kept, StandardCopyOption.REPLACE_EXISTING);
      }
      assertEquals(Files.readString(drawn), Files.readString(kept), plot.group(1));
      assertEquals(kept, file.getParent().resolve(plot.group(3)).normalize(), "what is shown");
    }
  }

  /** What is no Markdown stands as it is. */
  private static String block(String command) {
    String printed = print(command);
    return command.contains("--format md") ? printed : "```text\n" + printed + "```\n";
  }

  /** What a command prints, its files being below the repository's root. */
  private static String print(String command) {
    List<String> words =
        WORD.matcher(command)
            .results()
            .map(ReferenceTablesTest::word)
            .map(word -> word.endsWith(".csv") ? TestData.repositoryRoot().resolve(word) : word)
            .map(Object::toString)
            .toList();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertEquals(0, Main.run(stdout, System.err, words.toArray(String[]::new)), command);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String word(MatchResult match) {
    return match.group(1) == null ? match.group(2) : match.group(1);
  }
}
