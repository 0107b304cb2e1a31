package io.github.lrfbench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Dependencies point one way: down the table of rooms in CONTRIBUTING.md, and without circles
 * between the packages of a room.
 */
class ArchitectureTest {
  private static final Path ROOT = TestData.repositoryRoot();
  private static final Path HARNESS = sources("harness").resolve("io/github/lrfbench/harness");

  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `harness\\.([a-z0-9]+)`");
  private static final Pattern ROOM =
      Pattern.compile("io\\.github\\.lrfbench\\.harness\\.([a-z0-9]+)");
  private static final Pattern PACKAGE = Pattern.compile("\\b(io\\.github\\.lrfbench[.a-z0-9]*)");

  /**
   * Circles that are still to be taken out, and one that stays: a device offers operations, which
   * take matrices, which know their device. An entry without a circle is to be deleted.
   */
  private static final Set<Set<String>> KNOWN_CIRCLES =
      Set.of(Set.of("kernels", "kernels.ops"), Set.of("harness.cli", "harness.cli.doctor"));

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
  void packagesFormNoCircles() throws IOException {
    Map<String, Set<String>> uses = usedPackages();
    Map<String, Set<String>> reachable = new TreeMap<>();
    uses.keySet().forEach(from -> reach(from, uses, reachable));
    Set<Set<String>> circles = new HashSet<>();
    for (String one : uses.keySet()) {
      Set<String> circle = new TreeSet<>(reachable.get(one));
      circle.removeIf(other -> !reachable.get(other).contains(one));
      if (!circle.isEmpty()) {
        circles.add(circle);
      }
    }
    assertTrue(uses.size() > 50 && uses.containsKey("kernels.cpu.blas"), "packages were found");
    assertTrue(reachable.get("kernels.cpu").contains("kernels"), "uses were found");
    circles.removeAll(KNOWN_CIRCLES);
    assertEquals(Set.of(), circles);
  }

  /** Families of methods know what all share, and low rank, from which some start; no other. */
  @Test
  void familiesOfMethodsDoNotKnowEachOther() throws IOException {
    Set<String> shared = Set.of("spi", "allocate", "matrix", "lowrank");
    Pattern family = Pattern.compile("\\bharness\\.compress\\.([a-z0-9]+)");
    List<String> offences = new ArrayList<>();
    Path compress = HARNESS.resolve("compress");
    for (Path file : javaFiles(compress)) {
      Path inside = compress.relativize(file);
      String own = inside.getName(0).toString();
      for (String used : matches(family, code(file))) {
        boolean low = shared.contains(own) && used.equals("lowrank");
        if (inside.getNameCount() > 1 && !used.equals(own) && (low || !shared.contains(used))) {
          offences.add(inside + " uses " + used);
        }
      }
    }
    assertEquals(List.of(), offences);
  }

  /** The packages of all modules without their common beginning, and what each uses of the rest. */
  private static Map<String, Set<String>> usedPackages() throws IOException {
    Map<String, List<Path>> files = new TreeMap<>();
    for (String module : List.of("kernels", "harness", "benchmarks")) {
      Path root = sources(module).resolve("io/github/lrfbench");
      for (Path file : javaFiles(root)) {
        String name = root.relativize(file.getParent()).toString().replace('\\', '/');
        files.computeIfAbsent(name.replace('/', '.'), key -> new ArrayList<>()).add(file);
      }
    }
    Map<String, Set<String>> uses = new TreeMap<>();
    for (var entry : files.entrySet()) {
      Set<String> used = uses.computeIfAbsent(entry.getKey(), key -> new TreeSet<>());
      for (Path file : entry.getValue()) {
        for (String name : matches(PACKAGE, code(file))) {
          used.add(name.replaceFirst("^io\\.github\\.lrfbench\\.?", "").replaceFirst("\\.$", ""));
        }
      }
      used.retainAll(files.keySet());
      used.remove(entry.getKey());
    }
    return uses;
  }

  /** All that a package uses, also by way of others. */
  private static void reach(
      String from, Map<String, Set<String>> uses, Map<String, Set<String>> reachable) {
    Set<String> found = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(uses.get(from));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (found.add(next)) {
        open.addAll(uses.get(next));
      }
    }
    reachable.put(from, found);
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
