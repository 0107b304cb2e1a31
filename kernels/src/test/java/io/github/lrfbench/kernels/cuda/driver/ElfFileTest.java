package io.github.lrfbench.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
  @TempDir Path folder;

  private static byte[] natives(String name) throws IOException {
    String path = "/lib/lib" + name + "-12.6.0-linux-x86_64.so";
    try (InputStream stream = ElfFileTest.class.getResourceAsStream(path)) {
      return stream.readAllBytes();
    }
  }

  private List<String> needed(byte[] content) throws IOException {
    return ElfFile.needed(Files.write(folder.resolve("library.so"), content));
  }

  @Test
  void readsWhatJcudasNativesNeed() throws IOException {
    assertEquals(
        List.of("libcusolver.so.11", "libcusolverMg.so.11"),
        needed(natives("JCusolver")).stream().filter(LibrarySource::isOfCuda).toList());
    assertTrue(needed(natives("JCudaDriver")).containsAll(List.of("libcuda.so.1", "libc.so.6")));
    assertEquals(
        List.of("libnvrtc.so.12", "libstdc++.so.6", "libc.so.6"), needed(natives("JNvrtc")));
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    byte[] whole = natives("JNvrtc");
    assertThrows(IOException.class, () -> needed(new byte[0]));
    assertThrows(IOException.class, () -> needed("#!/bin/sh\n".repeat(20).getBytes()));
    assertThrows(IOException.class, () -> needed(Arrays.copyOf(whole, 100)));
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 4; i++) {
        damaged[random.nextInt(round % 2 == 0 ? 64 : 1024)] = (byte) random.nextInt();
      }
      try {
        needed(damaged);
      } catch (IOException e) {
        assertTrue(e.getMessage() != null);
      }
    }
  }

  /** What is renamed asks for the other release, and nothing else in the file changes. */
  @Test
  void nativesAreMadeToAskForAnotherRelease() throws IOException {
    for (String name : List.of("JNvrtc", "JCublas2", "JCusolver", "JCudaDriver")) {
      Path file = Files.write(folder.resolve(name), natives(name));
      byte[] renamed = ElfFile.renamed(file, CudaRelease.CUDA_13::nameOf);
      assertEquals(
          ElfFile.needed(file).stream().map(CudaRelease.CUDA_13::nameOf).toList(), needed(renamed));
      byte[] same = ElfFile.renamed(file, made -> made);
      assertArrayEquals(natives(name), same, "hashes of names that stay are as the linker's");
    }
  }

  @Test
  void damagedFilesAreNotRenamed() throws IOException {
    byte[] whole = natives("JNvrtc");
    Random random = new Random(2);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 8; i++) {
        damaged[random.nextInt(round % 2 == 0 ? 4096 : damaged.length)] = (byte) random.nextInt();
      }
      Path file = Files.write(folder.resolve("damaged.so"), damaged);
      try {
        assertEquals(damaged.length, ElfFile.renamed(file, CudaRelease.CUDA_13::nameOf).length);
      } catch (IOException e) {
        assertTrue(e.getMessage() != null);
      }
    }
  }

  @Test
  void theReleaseIsTheFirstThatIsWhole() {
    List<String> twelve = List.of("libnvrtc.so.12", "libcublas.so.12", "libcusolver.so.11");
    List<String> thirteen = twelve.stream().map(CudaRelease.CUDA_13::nameOf).toList();
    assertEquals(List.of("libnvrtc.so.13", "libcublas.so.13", "libcusolver.so.12"), thirteen);
    List<String> both = Stream.concat(twelve.stream(), thirteen.stream()).toList();
    assertEquals(CudaRelease.CUDA_12, CudaRelease.among(name -> false));
    assertEquals(CudaRelease.CUDA_12, CudaRelease.among(both::contains));
    assertEquals(CudaRelease.CUDA_13, CudaRelease.among(thirteen::contains));
    assertEquals(CudaRelease.CUDA_13, CudaRelease.among("libnvrtc.so.13"::equals));
    List<String> partly = new ArrayList<>(thirteen);
    partly.add("libcublas.so.12");
    assertEquals(CudaRelease.CUDA_13, CudaRelease.among(partly::contains));
  }
}
