package io.github.lrfbench.harness.compress.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginTest {
  /** A method that lies where the tests do. */
  private static final class Foreign implements Compressor {
    @Override
    public MethodInfo info() {
      return new MethodInfo("foreign", "nothing", "", Set.of(Need.WEIGHTS));
    }

    @Override
    public Compression compress(CompressionRequest request) {
      return new Compression(Map.of(), List.of(), Map.of());
    }
  }

  @TempDir private Path folder;

  @Test
  void theProgramsOwnMethodsComeFromNoPlugin() {
    for (Compressor own : Compressors.all()) {
      assertTrue(Plugin.of(own).isEmpty(), own.info().name());
    }
    Plugin plugin = Plugin.of(new Foreign()).orElseThrow();
    assertEquals(64, plugin.sha256().length());
    assertEquals(plugin, Plugin.of(new Foreign()).orElseThrow());
  }

  @Test
  void whatIsEditedHasAnotherHash() throws IOException {
    Set<String> hashes = new HashSet<>();
    Path jar = folder.resolve("plugin.jar");
    Files.writeString(jar, "a");
    hashes.add(Plugin.hash(jar));
    Files.writeString(jar, "b");
    hashes.add(Plugin.hash(jar));
    Path classes = Files.createDirectories(folder.resolve("classes/a"));
    Files.writeString(classes.resolve("A.class"), "a");
    hashes.add(Plugin.hash(classes.getParent()));
    Files.writeString(classes.resolve("A.class"), "b");
    hashes.add(Plugin.hash(classes.getParent()));
    Files.move(classes.resolve("A.class"), classes.resolve("B.class"));
    hashes.add(Plugin.hash(classes.getParent()));
    assertEquals(5, hashes.size());
    Path copy = folder.resolve("copy.jar");
    Files.copy(jar, copy);
    assertEquals(Plugin.hash(jar), Plugin.hash(copy));
    assertNotEquals(Plugin.hash(jar), Plugin.hash(classes.getParent()));
  }
}
