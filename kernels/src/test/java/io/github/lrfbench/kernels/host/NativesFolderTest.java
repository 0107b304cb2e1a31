package io.github.lrfbench.kernels.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
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

  @Test
  void spoiledFilesOfTheRightLengthAreReplaced() throws Exception {
    assertComputes(start("UTC"));
    Path library;
    try (Stream<Path> files = Files.walk(cache)) {
      library = files.filter(f -> f.endsWith("libjniopenblas_nolapack.so")).findFirst().get();
    }
    byte[] content = Files.readAllBytes(library);
    try (RandomAccessFile file = new RandomAccessFile(library.toFile(), "rw")) {
      file.write(new byte[4096]);
    }
    assertComputes(start("UTC"));
    assertArrayEquals(content, Files.readAllBytes(library));
  }

  @Test
  void whatIsUnpackedIsWholeAndForAllUsers() throws Exception {
    Path jar = cache.resolve("natives.jar");
    byte[] content = new byte[100_000];
    new Random(1).nextBytes(content);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry("lib/a.so"));
      out.write(content);
    }
    URL library = new URL("jar:" + jar.toUri() + "!/lib/a.so");
    Path folder = cache.resolve("unpacked");
    byte[] spoiled = content.clone();
    spoiled[50_000]++;
    for (byte[] before : List.of(new byte[0], Arrays.copyOf(content, 50_000), spoiled, content)) {
      Files.write(Files.createDirectories(folder).resolve("a.so"), before);
      try (NativesFolder natives = NativesFolder.lock(folder)) {
        assertEquals(folder.resolve("a.so"), natives.unpack(library, "a.so"));
      }
      assertArrayEquals(content, Files.readAllBytes(folder.resolve("a.so")));
    }
    Path ordinary = Files.createFile(cache.resolve("ordinary"));
    assertEquals(
        Files.getPosixFilePermissions(ordinary),
        Files.getPosixFilePermissions(folder.resolve("a.so")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count(), "the library and the lock");
    }
  }

  @Test
  void whatCannotBeUnpackedIsToldWithTheReason() throws Exception {
    Path folder = Files.createDirectories(cache.resolve("unpacked"));
    // A folder in the file's place cannot be replaced.
    Files.createDirectories(folder.resolve("a.so/b"));
    try (NativesFolder natives = NativesFolder.lock(folder)) {
      URL library = NativesFolderTest.class.getResource("NativesFolderTest.class");
      InputException fault =
          assertThrows(InputException.class, () -> natives.unpack(library, "a.so"));
      assertTrue(
          fault.getMessage().startsWith("cannot unpack a.so into " + folder + ": "),
          fault.getMessage());
      assertTrue(fault.getMessage().endsWith("LRFBENCH_CACHE names the folder"));
    }
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
