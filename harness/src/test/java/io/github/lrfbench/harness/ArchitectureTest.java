package io.github.lrfbench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: down the table of rooms in CONTRIBUTING.md. */
class ArchitectureTest {
  private static final Path ROOT = TestData.repositoryRoot();
  private static final Path HARNESS = sources("harness").resolve("io/github/lrfbench/harness");

  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `harness\\.([a-z0-9]+)`");
  private static final Pattern ROOM =
      Pattern.compile("io\\.github\\.lrfbench\\.harness\\.([a-z0-9]+)");
  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");

  @Test
  void everyRoomIsInTheTable() throws IOException {
    Set<String> rooms = new TreeSet<>();
    try (Stream<Path> folders = Files.list(HARNESS)) {
      folders.map(folder -> folder.getFileName().toString()).forEach(rooms::add);
    }
    rooms.removeAll(table());
    assertEquals(Set.of(), rooms, "packages that CONTRIBUTING.md does not explain");
  }

  @Test
  void roomsUseOnlyRoomsBelowThem() throws IOException {
    List<String> table = table();
    List<String> offences = new ArrayList<>();
    for (Path file : javaFiles(HARNESS)) {
      String room = HARNESS.relativize(file).getName(0).toString();
      for (String used : matches(ROOM, code(file))) {
        if (table.indexOf(used) < table.indexOf(room)) {
          offences.add(HARNESS.relativize(file) + " uses " + used);
        }
      }
    }
    assertEquals(List.of(), offences);
  }

  @Test
  void kernelsKnowNothingOfTheHarness() throws IOException {
    for (Path file : javaFiles(sources("kernels"))) {
      assertFalse(code(file).contains("lrfbench.harness"), file.toString());
    }
  }

  @Test
  void devicesAreFoundAndNeverNamed() throws IOException {
    for (Path file : javaFiles(HARNESS)) {
      assertFalse(code(file).contains("lrfbench.kernels.cpu"), file.toString());
      assertFalse(code(file).contains("lrfbench.kernels.cuda"), file.toString());
    }
  }

  @Test
  void everyPackageSaysItsSentence() throws IOException {
    for (String module : List.of("kernels", "harness", "benchmarks")) {
      for (Path file : javaFiles(sources(module))) {
        Path info = file.resolveSibling("package-info.java");
        assertTrue(Files.exists(info), info + " is missing");
        assertTrue(Files.readString(info).startsWith("/**"), info + " has no sentence");
      }
    }
  }

  /** The rooms of the harness from the top down. */
  private static List<String> table() throws IOException {
    List<String> rooms = matches(TABLE_ROW, Files.readString(ROOT.resolve("CONTRIBUTING.md")));
    assertFalse(rooms.isEmpty());
    return rooms;
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }

  private static String code(Path file) throws IOException {
    return COMMENT.matcher(Files.readString(file)).replaceAll("");
  }

  private static Path sources(String module) {
    return ROOT.resolve(module).resolve("src/main/java");
  }

  private static List<Path> javaFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
