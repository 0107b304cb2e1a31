package io.github.lrfbench.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
}
