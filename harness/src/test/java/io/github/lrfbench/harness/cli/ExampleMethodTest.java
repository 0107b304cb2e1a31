package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.kernels.TestData;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of CONTRIBUTING's worked example, run as they stand there, with Maven and the
 * launcher, in a folder whose LRF-Bench is the one that is tested.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(240)
class ExampleMethodTest {
  private static final Path REPOSITORY = TestData.repositoryRoot();
  private static final String PROJECT = "docs/example-method";
  private static final Pattern COMMANDS =
      Pattern.compile("(?s)```sh\\n((?:(?!```).)*" + PROJECT + ".*?)```");
  private static final Pattern PLUGIN =
      Pattern.compile("<artifactId>(maven-\\w+-plugin)</artifactId>\\s*<version>([^<]+)<");

  @TempDir Path root;

  @Test
  void commandsOfTheGuideBuildAndRunAMethodOfOnesOwn() throws Exception {
    copyProject();
    placeProgram();
    String out = run(commands());

    List<RunRow> rows = ResultsCsv.RUNS.read(root.resolve("target/blocks/runs.csv"));
    assertEquals(
        List.of("dense", "blocks", "svd@++blocks:count=8"),
        rows.stream().map(row -> row.get(RunColumns.METHOD)).toList());
    rows.forEach(row -> assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.toString()));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(root.resolve("target/blocks/layers.csv"));
    assertEquals(
        new TreeSet<>(List.of("blocks: 2 blocks", "sum")),
        layers.stream()
            .map(row -> row.form().equals("sum") ? "sum" : row.form() + ": " + row.label())
            .collect(Collectors.toCollection(TreeSet::new)));
    assertTrue(
        Files.readString(root.resolve("target/blocks/run.json")).contains("example-method.jar"));
    String chained =
        String.format(Locale.ROOT, "metric\t%.6f", rows.get(2).get(ScoreColumns.METRIC));
    assertTrue(out.contains(chained), () -> "no " + chained + " in " + out);
  }

  @Test
  void theExampleFetchesNoPluginsOfItsOwn() throws IOException {
    String parent = Files.readString(REPOSITORY.resolve("pom.xml"));
    Matcher plugin = PLUGIN.matcher(Files.readString(REPOSITORY.resolve(PROJECT + "/pom.xml")));
    int found = 0;
    for (; plugin.find(); found++) {
      String property = plugin.group(1) + ".version>";
      assertTrue(parent.contains("<" + property + plugin.group(2) + "</" + property));
    }
    assertEquals(4, found);
  }

  /** JUnit warns of every link out of the folder that it finds. */
  @AfterEach
  void deleteLinks() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path link : files.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }

  private static String commands() throws IOException {
    Matcher block = COMMANDS.matcher(Files.readString(REPOSITORY.resolve("CONTRIBUTING.md")));
    assertTrue(block.find(), "CONTRIBUTING.md has no commands for " + PROJECT);
    return block.group(1);
  }

  private void copyProject() throws IOException {
    Path project = REPOSITORY.resolve(PROJECT);
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(project.resolve("target"))) {
          Path copy = root.resolve(REPOSITORY.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  /** What a build of the launcher leaves, made of the classes that this test runs with. */
  private void placeProgram() throws IOException {
    Path target = Files.createDirectories(root.resolve("harness/target"));
    Path lib = Files.createDirectories(target.resolve("lib"));
    List<String> names = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.exists(path) && !path.endsWith("test-classes")) {
        String name = names.size() + "-" + path.getFileName();
        Files.createSymbolicLink(lib.resolve(name), path);
        names.add("lib/" + name + (Files.isDirectory(path) ? "/" : ""));
      }
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
    Path jar = target.resolve("lrfbench.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    Path app = Files.createDirectories(target.resolve("app"));
    Files.createSymbolicLink(app.resolve("1"), target);
    Files.writeString(app.resolve("current"), "1\n");
    script("lrfbench", Files.readString(REPOSITORY.resolve("lrfbench")));
    String repository = System.getProperty("maven.repo.local");
    script(
        "mvnw",
        "#!/bin/sh\nexec '"
            + REPOSITORY.resolve("mvnw")
            + "' "
            + (repository == null ? "" : "'-Dmaven.repo.local=" + repository + "' ")
            + "\"$@\"\n");
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(root.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What the commands print for programs. */
  private String run(String commands) throws Exception {
    Path err = root.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", "-c", commands)
            .directory(root.toFile())
            .redirectError(err.toFile());
    Map<String, String> environment = new HashMap<>(builder.environment());
    environment.keySet().removeIf(name -> name.startsWith("LRFBENCH_"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("LRFBENCH_DEVICE", "cpu");
    environment.put("LRFBENCH_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    environment.put("LRFBENCH_CACHE", root.resolve("cache").toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), () -> out + readable(err));
      return out;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readable(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
