package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTasksTest {
  @TempDir Path cache;

  @Test
  void writesADirectoryLikeThatOfGlue() throws IOException {
    Path root = DemoTasks.unpack(cache, DemoTask.SST2);
    DemoData data = DemoData.of(DemoTask.SST2);
    assertEquals(data.devFile(), Files.readString(root.resolve("SST-2/dev.tsv")));
    assertEquals(data.trainFile(), Files.readString(root.resolve("SST-2/train.tsv")));
    assertTrue(Files.readString(root.resolve("SYNTHETIC.txt")).contains("synthetic"));
  }

  @Test
  void mendsADamagedEvaluationFile() throws IOException {
    Path root = DemoTasks.unpack(cache, DemoTask.SST2);
    Path dev = root.resolve("SST-2/dev.tsv");
    String whole = Files.readString(dev);
    Files.writeString(dev, "");
    assertEquals(root, DemoTasks.unpack(cache, DemoTask.SST2));
    assertEquals(whole, Files.readString(dev));
  }

  @Test
  void namesAreThoseUsersType() {
    assertEquals(DemoTask.STSB, DemoTask.of("demo-stsb"));
    InputException fault = assertThrows(InputException.class, () -> DemoTask.of("demo-mnli"));
    assertTrue(fault.getMessage().contains("demo-cola, demo-sst2, demo-rte, demo-stsb"));
  }
}
