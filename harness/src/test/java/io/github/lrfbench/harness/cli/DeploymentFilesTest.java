package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The files in {@code docker/}: what Kubernetes' restricted pod standard asks for, and arguments
 * that the program knows.
 */
class DeploymentFilesTest {
  private static final Path DOCKER = TestData.repositoryRoot().resolve("docker");

  private static List<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.list(DOCKER.resolve("kubernetes"))) {
      return files.sorted().toList();
    }
  }

  private static List<Object> documents(Path file) throws IOException {
    List<Object> documents = new ArrayList<>();
    new Load(LoadSettings.builder().build())
        .loadAllFromString(Files.readString(file))
        .forEach(documents::add);
    return documents;
  }

  /** What a path of keys leads to; null where there is nothing. */
  private static Object at(Object from, String... keys) {
    Object at = from;
    for (String key : keys) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at;
  }

  private static Object podOf(Object document) {
    return "CronJob".equals(at(document, "kind"))
        ? at(document, "spec", "jobTemplate", "spec", "template", "spec")
        : at(document, "spec", "template", "spec");
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void podsPassTheRestrictedStandard(Path file) throws IOException {
    for (Object document : documents(file)) {
      Object pod = podOf(document);
      if (pod == null) {
        assertEquals("PersistentVolumeClaim", at(document, "kind"));
        continue;
      }
      assertEquals(true, at(pod, "securityContext", "runAsNonRoot"));
      assertEquals("RuntimeDefault", at(pod, "securityContext", "seccompProfile", "type"));
      assertEquals(false, at(pod, "automountServiceAccountToken"));
      List<?> containers = (List<?>) at(pod, "containers");
      assertEquals(1, containers.size());
      Object container = containers.get(0);
      assertEquals(false, at(container, "securityContext", "allowPrivilegeEscalation"));
      assertEquals(true, at(container, "securityContext", "readOnlyRootFilesystem"));
      assertEquals(List.of("ALL"), at(container, "securityContext", "capabilities", "drop"));
      for (String resource : List.of("cpu", "memory")) {
        Object limit = at(container, "resources", "limits", resource);
        assertNotNull(limit, resource);
        assertEquals(at(container, "resources", "requests", resource), limit);
      }
      boolean gpu = at(container, "resources", "limits", "nvidia.com/gpu") != null;
      assertEquals(gpu, at(pod, "tolerations") != null);
      assertEquals(gpu, at(pod, "nodeSelector", "nvidia.com/gpu.present") != null);
      assertEquals(gpu ? "lrfbench:cuda" : "lrfbench:cpu", at(container, "image"));
      assertVolumes(pod, container);
      assertKnown(container);
    }
  }

  /** Every place that the program writes to is a volume of a kind that the standard allows. */
  private static void assertVolumes(Object pod, Object container) throws IOException {
    Set<Object> claims = new TreeSet<>();
    for (Object document : documents(DOCKER.resolve("kubernetes/volumes.yaml"))) {
      claims.add(at(document, "metadata", "name"));
    }
    Set<Object> volumes = new TreeSet<>();
    for (Object volume : (List<?>) at(pod, "volumes")) {
      volumes.add(at(volume, "name"));
      Object claim = at(volume, "persistentVolumeClaim", "claimName");
      assertTrue(claim == null ? at(volume, "emptyDir") != null : claims.contains(claim));
    }
    Set<Object> paths = new TreeSet<>();
    for (Object mount : (List<?>) at(container, "volumeMounts")) {
      paths.add(at(mount, "mountPath"));
      assertTrue(volumes.contains(at(mount, "name")));
    }
    assertEquals(Set.of("/cache", "/results", "/tmp"), paths);
  }

  /** The program knows all options, of whatever value. */
  private static void assertKnown(Object container) {
    List<String> arguments = new ArrayList<>();
    ((List<?>) at(container, "args")).forEach(argument -> arguments.add((String) argument));
    if (at(container, "command") != null) {
      assertEquals(List.of("sh", "-c"), at(container, "command"));
      String program = "exec lrfbench ";
      assertTrue(arguments.get(0).startsWith(program), arguments.toString());
      String words = arguments.remove(0).substring(program.length());
      arguments.addAll(List.of(words.replaceAll("\\$\\([^)]*\\)|\"", "").split(" ")));
    }
    arguments.add("--help");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    int code =
        Main.run(
            quiet,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments.toArray(String[]::new));
    assertEquals(0, code, arguments + err.toString(StandardCharsets.UTF_8));
  }

  /** Another night must not find the cells of the one before. */
  @Test
  void theCronJobWritesIntoAFolderOfTheDate() throws IOException {
    String text = Files.readString(DOCKER.resolve("kubernetes/nightly-cronjob.yaml"));
    assertTrue(text.contains("--out \"/results/nightly/$(date -u +%F)\""), text);
  }

  @Test
  void composeKeepsResultsWhereTheNotebookIs() throws IOException {
    Object compose = documents(DOCKER.resolve("compose.yaml")).get(0);
    for (String service : List.of("cuda", "cpu")) {
      List<?> volumes = (List<?>) at(compose, "services", service, "volumes");
      assertTrue(volumes.contains("../results:/results"), volumes.toString());
      assertNotNull(at(compose, "services", service, "user"));
    }
  }

  /** One digest for an image, wherever it is named. */
  @Test
  void baseImagesArePinned() throws IOException {
    Pattern named =
        Pattern.compile("(eclipse-temurin|nvidia/cuda|ubuntu)[^\\s@]*@sha256:[0-9a-f]{64}\\b");
    Set<String> pinned = new TreeSet<>();
    for (String name : List.of("Dockerfile", "apptainer.def", "compose.yaml", "README.md")) {
      String text = Files.readString(DOCKER.resolve(name));
      named
          .matcher(text)
          .results()
          .forEach(found -> pinned.add(found.group(1) + found.group().replaceAll(".*@", "@")));
      for (String line : text.lines().toList()) {
        if (line.matches("(ARG (BUILD|RUNTIME)_IMAGE=|From: ).*|\\s+RUNTIME_IMAGE: .*")) {
          assertTrue(named.matcher(line).find(), name + ": " + line);
        }
      }
    }
    assertEquals(3, pinned.size(), pinned.toString());
  }

  @Test
  void imagesHoldSchemaNotebookAndLoader() throws IOException {
    for (String name : List.of("Dockerfile", "apptainer.def")) {
      String text = Files.readString(DOCKER.resolve(name));
      for (String each : List.of("schema.json", "SCHEMA.md", "notebooks", "python", "reference")) {
        assertTrue(text.contains("results/" + each), name + ": " + each);
        assertTrue(Files.exists(TestData.repositoryRoot().resolve("results").resolve(each)), each);
      }
    }
    assertFalse(Files.readString(DOCKER.resolve("../.dockerignore")).contains("results\n"));
  }
}
