package io.github.lrfbench.kernels.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesFolderTest {
  @TempDir Path cache;

  @Test
  void processesThatStartTogetherOnAnEmptyCacheAllCompute() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      // Other time zones make JavaCPP take the others' files for outdated.
      processes.add(start(i % 2 == 0 ? "UTC" : "Asia/Kolkata"));
    }
    for (Process process : processes) {
      assertComputes(process);
    }
    assertTrue(Files.isDirectory(cache.resolve("natives")));
  }

  @Test
  void truncatedLeftoversAreReplaced() throws Exception {
    assertComputes(start("UTC"));
    List<Path> libraries;
    try (Stream<Path> files = Files.walk(cache)) {
      libraries = files.filter(f -> Files.isRegularFile(f) && size(f) > 0).toList();
    }
    assertTrue(libraries.size() >= 3, libraries.toString());
    for (Path library : libraries) {
      try (RandomAccessFile file = new RandomAccessFile(library.toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
    }
    assertComputes(start("UTC"));
  }

  private Process start(String timeZone) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.timezone=" + timeZone,
            "-cp",
            System.getProperty("java.class.path"),
            NativesProbe.class.getName());
    builder.environment().put("LRFBENCH_CACHE", cache.toString());
    builder.redirectError(Files.createTempFile(cache, "stderr", ".txt").toFile());
    return builder.start();
  }

  private void assertComputes(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), this::errors);
    assertEquals("9.0 4.0", output);
  }

  private String errors() {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(cache)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
        all.append(Files.readString(file));
      }
    } catch (IOException e) {
      all.append(e);
    }
    return all.toString();
  }

  private static long size(Path file) {
    return file.toFile().length();
  }
}
