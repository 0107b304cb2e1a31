package io.github.lrfbench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code docs/architecture.md} and the rooms of CONTRIBUTING.md say is so. */
class ArchitectureDocumentTest {
  private static final Path ROOT = TestData.repositoryRoot();

  /** {@code `Name`}, or {@code `Name`s} of several. */
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]\\w*)`");

  private static final Pattern ROOM = Pattern.compile("(?m)^\\| `harness\\.([a-z0-9]+)` ");
  private static final Pattern PART = Pattern.compile("(?m)^\\| `compress\\.([a-z0-9.]+)` ");
  private static final Pattern PICTURE = Pattern.compile("(?s)```\\n(.*?)```");
  private static final Pattern STEP = Pattern.compile("(?m)^\\d+\\. `(\\w+)`: ");

  private final Map<String, Path> sources = new HashMap<>();
  private String document;
  private String rooms;

  @BeforeEach
  void read() throws IOException {
    document = Files.readString(ROOT.resolve("docs/architecture.md"));
    rooms = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
    for (String module : List.of("kernels", "harness", "docs/example-method")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), file));
      }
    }
  }

  @Test
  void everyClassThatIsNamedExists() {
    Set<String> named = new TreeSet<>(matches(CLASS, document));
    assertTrue(named.size() > 40, named.toString());
    named.removeAll(sources.keySet());
    assertEquals(Set.of(), named);
  }

  @Test
  void everyRoomIsInThePicture() {
    String picture = matches(PICTURE, document).get(0);
    List<String> shown = List.of(picture.split("[^a-z0-9]+"));
    List<String> all = new ArrayList<>(matches(ROOM, rooms));
    matches(PART, rooms).forEach(part -> all.addAll(List.of(part.split("\\."))));
    assertTrue(all.size() > 30, all.toString());
    assertEquals(List.of(), all.stream().filter(room -> !shown.contains(room)).toList());
  }

  @Test
  void everyPartOfCompressHasItsSentence() throws IOException {
    Path compress =
        ROOT.resolve("harness/src/main/java/io/github/lrfbench/harness").resolve("compress");
    try (Stream<Path> files = Files.walk(compress)) {
      Set<String> parts =
          files
              .filter(file -> Files.isDirectory(file) && !file.equals(compress))
              .map(
                  file ->
                      compress
                          .relativize(file)
                          .toString()
                          .replace(compress.getFileSystem().getSeparator(), "."))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(parts, new TreeSet<>(matches(PART, rooms)));
    }
  }

  /** Each file of the path is one that a file before it uses, and there are no more than ten. */
  @Test
  void plainSvdIsReadInTenFiles() throws IOException {
    List<String> path = matches(STEP, document);
    assertEquals("SvdCompressor", path.get(0));
    assertEquals("LowRankLinear", path.get(path.size() - 1));
    assertTrue(path.size() <= 10, path.toString());
    StringBuilder before = new StringBuilder(Files.readString(sources.get(path.get(0))));
    for (String name : path.subList(1, path.size())) {
      assertTrue(Pattern.compile("\\b" + name + "\\b").matcher(before).find(), name);
      before.append(Files.readString(sources.get(name)));
    }
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }
}
