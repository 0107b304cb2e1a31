package io.github.lrfbench.harness.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerLimitsTest {
  @TempDir Path folder;

  @Test
  void limitsAreRead() throws IOException {
    Files.writeString(folder.resolve("cpu.max"), "150000 100000\n");
    Files.writeString(folder.resolve("memory.max"), "1073741824\n");
    ContainerLimits limits = new ContainerLimits(folder);
    assertEquals(1.5, limits.processors().getAsDouble());
    assertEquals(1073741824.0, limits.memoryBytes().getAsDouble());
  }

  @Test
  void noLimitIsNone() throws IOException {
    assertTrue(new ContainerLimits(folder).processors().isEmpty());
    Files.writeString(folder.resolve("cpu.max"), "max 100000\n");
    Files.writeString(folder.resolve("memory.max"), "max\n");
    assertTrue(new ContainerLimits(folder).processors().isEmpty());
    assertTrue(new ContainerLimits(folder).memoryBytes().isEmpty());
  }
}
