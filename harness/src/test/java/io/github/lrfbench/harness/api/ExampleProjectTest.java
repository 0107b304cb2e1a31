package io.github.lrfbench.harness.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in docs/example-project, and what it is promised of the library. */
class ExampleProjectTest {
  private static final Path ROOT = TestData.repositoryRoot();
  private static final Path PROJECT = ROOT.resolve("docs/example-project");

  @TempDir private Path folder;

  @Test
  void itCompilesAndRuns() throws Exception {
    Path source = PROJECT.resolve("src/main/java/org/example/Example.java");
    Path classes = Files.createDirectories(folder.resolve("classes"));
    String[] arguments = {"-proc:none", "-d", classes.toString(), source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments));
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    // Without a back end of SLF4J, as a user may run it.
    String path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("slf4j-simple"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes + File.pathSeparator + path,
                "org.example.Example",
                out.toString())
            .redirectError(errors.toFile())
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), Files.readString(errors));
    List<String> lines = text.lines().toList();
    assertEquals(5, lines.size(), text);
    assertTrue(lines.get(0).startsWith("dense 0."), text);
    assertTrue(lines.get(1).startsWith("svd 0."), text);
    assertTrue(lines.get(3).matches("kept (0\\.9|0\\.5|1\\.0): accuracy 0\\.\\d+"), text);
    assertEquals("--limit must be at least 1, but is -1", lines.get(4));
    assertTrue(Files.exists(out.resolve("sweep/runs.csv")));
    assertTrue(Files.exists(out.resolve("model/config.json")));
  }

  @Test
  void itsCoordinatesAreThoseOfTheProject() throws IOException {
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    String version = parent.replaceAll("(?s).*?<version>([^<]*)</version>.*", "$1");
    String coordinates =
        "<artifactId>lrfbench-harness</artifactId>\n      <version>" + version + "</version>";
    assertTrue(Files.readString(PROJECT.resolve("pom.xml")).contains(coordinates), coordinates);
    assertTrue(
        Files.readString(ROOT.resolve("docs/api.md"))
            .contains("io.github.lrfbench:lrfbench-harness:" + version));
  }

  @Test
  void onlyTheProgramBringsABackEndForLogging() throws IOException {
    List<URL> providers =
        Collections.list(
            getClass()
                .getClassLoader()
                .getResources("META-INF/services/org.slf4j.spi.SLF4JServiceProvider"));
    assertEquals(1, providers.size(), providers.toString());
    String pom = Files.readString(ROOT.resolve("harness/pom.xml"));
    int backEnd = pom.indexOf("<artifactId>slf4j-simple</artifactId>");
    assertTrue(
        pom.substring(backEnd, pom.indexOf("</dependency>", backEnd))
            .contains("<optional>true</optional>"));
    assertTrue(Files.notExists(ROOT.resolve("harness/src/main/resources/simplelogger.properties")));
  }

  @Test
  void onlyMainProgramsEndTheProcess() throws IOException {
    List<String> ending = new ArrayList<>();
    for (String module : List.of("kernels", "harness")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String text = Files.readString(file);
          if (text.contains("System.exit(") && !text.contains("void main(String[]")) {
            ending.add(file.toString());
          }
        }
      }
    }
    assertEquals(List.of(), ending);
  }

  @Test
  void whatIsWrongIsThrown() {
    Settings settings = Settings.of("demo:bert", "demo-sst2").out(folder.resolve("out"));
    assertEquals(
        "unknown option '--kep'; did you mean '--keep'?",
        assertThrows(InputException.class, () -> LrfBench.sweep(settings.with("kep", 0.5)))
            .getMessage());
    assertThrows(InputException.class, () -> LrfBench.sweep(settings.with("keep", 2)));
    assertThrows(InputException.class, () -> LrfBench.compress(settings));
    assertThrows(InputException.class, () -> LrfBench.evaluate(Settings.of("nowhere", "sst2")));
    assertTrue(Files.notExists(folder.resolve("out")));
  }
}
