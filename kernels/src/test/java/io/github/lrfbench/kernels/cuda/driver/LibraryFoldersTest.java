package io.github.lrfbench.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFoldersTest {
  private static final String NAME = "libcublas.so.12";

  @TempDir Path root;

  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();

  private Optional<Path> find() {
    return new LibraryFolders(environment::get, properties::get, root).find(NAME);
  }

  private Path library(String folder) throws IOException {
    Path file = Files.createDirectories(root.resolve(folder)).resolve(NAME);
    Files.writeString(file, "");
    return file;
  }

  private void assertFound(Path expected) {
    assertEquals(Optional.of(expected), find());
  }

  @Test
  void nothingIsFoundWhereNothingIs() {
    environment.put("PATH", root.toString());
    environment.put("CUDA_HOME", root.resolve("nowhere").toString());
    environment.put("LRFBENCH_PYTHON", root.resolve("no-python").toString());
    assertEquals(Optional.empty(), find());
  }

  @Test
  void everyPlaceIsLookedAtTheExplicitOnesFirst() throws IOException {
    Path python = Files.createDirectories(root.resolve("python/bin")).resolve("python3");
    Files.writeString(python, "");
    assertTrue(python.toFile().setExecutable(true));
    environment.put("PATH", root.resolve("empty") + File.pathSeparator + python.getParent());
    assertFound(library("python/lib/python3.11/site-packages/nvidia/cublas/lib"));
    assertFound(library("usr/local/nvidia/lib64"));
    assertFound(library("usr/local/cuda-12.6/lib64"));
    library("usr/local/cuda-12.5/lib64");
    assertFound(root.resolve("usr/local/cuda-12.6/lib64").resolve(NAME));
    environment.put("CUDA_PATH", root.resolve("path").toString());
    assertFound(library("path/lib64"));
    environment.put("CUDA_HOME", root.resolve("home").toString());
    assertFound(library("home/lib64"));
    Path cached = library("cached");
    Files.createDirectories(root.resolve("etc"));
    Files.write(
        root.resolve("etc/ld.so.cache"),
        ("glibc-ld.so.cache1.1\0\u0001\u0002libc.so.6\0/lib/libc.so.6\0"
                + NAME
                + "\0"
                + cached
                + "\0")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertFound(cached);
    environment.put("LD_LIBRARY_PATH", ":" + root.resolve("search"));
    assertFound(library("search"));
    properties.put("java.library.path", root.resolve("java").toString());
    assertFound(library("java"));
    properties.put(LibraryFolders.OVERRIDE, root.resolve("override").toString());
    assertFound(library("override"));
  }

  @Test
  void pythonsPackagesAreFoundThroughVirtualEnvironmentsAndBases() throws IOException {
    Path base = Files.createDirectories(root.resolve("base/bin")).resolve("python3.12");
    Files.writeString(base, "");
    Path linked = Files.createDirectories(root.resolve("venv/bin")).resolve("python");
    Files.createSymbolicLink(linked, base);
    environment.put("LRFBENCH_PYTHON", linked.toString());
    assertFound(library("base/lib/python3.12/dist-packages/nvidia/cu13/lib").toRealPath());
    assertFound(library("venv/lib/python3.12/site-packages/nvidia/cublas/lib"));
  }
}
