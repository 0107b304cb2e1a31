package io.github.lrfbench.kernels.cuda.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryCacheTest {
  private static final byte[] BINARY = {1, 2, 3, 4, 5};

  @TempDir Path folder;

  @Test
  void returnsWhatWasWritten() throws IOException {
    BinaryCache cache = new BinaryCache(folder.resolve("new"));
    assertTrue(cache.read("a").isEmpty());
    cache.write("a", BINARY);
    cache.write("b", new byte[0]);
    assertArrayEquals(BINARY, cache.read("a").orElseThrow());
    assertArrayEquals(new byte[0], cache.read("b").orElseThrow());
    try (Stream<Path> files = Files.list(folder.resolve("new"))) {
      assertEquals(2, files.count(), "no temporary file is left");
    }
  }

  @Test
  void damagedEntriesAreAsGoodAsNone() throws IOException {
    BinaryCache cache = new BinaryCache(folder);
    cache.write("a", BINARY);
    byte[] file = Files.readAllBytes(folder.resolve("a"));
    for (int length = 0; length < file.length; length++) {
      Files.write(folder.resolve("a"), Arrays.copyOf(file, length));
      assertTrue(cache.read("a").isEmpty(), "cut to " + length);
    }
    for (int i = 0; i < file.length; i++) {
      byte[] damaged = file.clone();
      damaged[i] ^= 0x10;
      Files.write(folder.resolve("a"), damaged);
      assertTrue(cache.read("a").isEmpty(), "damaged at " + i);
    }
    cache.write("a", BINARY);
    assertArrayEquals(BINARY, cache.read("a").orElseThrow());
  }

  @Test
  void foldersThatCannotBeWrittenKeepNothing() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    BinaryCache cache = new BinaryCache(file);
    cache.write("a", BINARY);
    assertTrue(cache.read("a").isEmpty());
  }

  @Test
  void keysTellTextsAndTheirOrderApart() {
    assertEquals(BinaryCache.key("a", "b"), BinaryCache.key("a", "b"));
    assertNotEquals(BinaryCache.key("a", "b"), BinaryCache.key("b", "a"));
    assertNotEquals(BinaryCache.key("ab", "c"), BinaryCache.key("a", "bc"));
  }
}
