package io.github.lrfbench.harness.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  @TempDir private Path folder;

  @Test
  void aCompressedModelIsFetchedAndKnownToBeWhole() throws Exception {
    String weights = "lrfbench_model.safetensors";
    assertEquals(
        List.of(weights),
        new ModelFiles(Set.of("config.json", "vocab.txt", weights, "notes.bin")).weights());
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(folder.resolve("vocab.txt"), "");
    assertFalse(ModelFiles.complete(folder));
    Files.writeString(folder.resolve(weights), "");
    assertTrue(ModelFiles.complete(folder));
  }
}
