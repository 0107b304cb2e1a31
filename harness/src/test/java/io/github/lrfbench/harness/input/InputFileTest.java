package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.glue.GlueReader;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {
  @TempDir private Path folder;

  @Test
  void aPipeInThePlaceOfAFileIsNotWaitedFor() throws Exception {
    Path pipe = pipe();
    assertEquals(pipe + ": is a pipe or a device, not a file", refused(() -> TextFile.read(pipe)));
    assertEquals(pipe + ": is a pipe or a device, not a file", refused(() -> JsonFile.read(pipe)));
    assertEquals(
        pipe + ": is a pipe or a device, not a table", refused(() -> ResultsCsv.RUNS.read(pipe)));
    GlueTask task = GlueTasks.official().get("sst2");
    assertEquals(
        pipe + ": is a pipe or a device, not a TSV file",
        refused(() -> GlueReader.readFile(pipe, task, Split.DEV, 1)));
  }

  @Test
  void aLinkToADeviceIsRefused() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/zero")), "no /dev/zero");
    Path link = Files.createSymbolicLink(folder.resolve("vocab.txt"), Path.of("/dev/zero"));
    assertEquals(
        link + ": is a pipe or a device, not a file", refused(() -> InputFile.open(link).close()));
  }

  @Test
  void whatAShellHandsOverIsRead() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/null")), "no /dev/null");
    try (var in = InputFile.open(Path.of("/dev/null"))) {
      assertArrayEquals(new byte[0], in.readAllBytes());
    }
  }

  @Test
  void aDirectoryIsRefused() {
    assertEquals(
        folder + ": is a directory, not a file", refused(() -> InputFile.open(folder).close()));
  }

  private static String refused(Executable reading) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThrows(InputException.class, reading).getMessage());
  }

  private Path pipe() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    int made;
    try {
      made = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    } catch (IOException e) {
      made = -1;
    }
    assumeTrue(made == 0, "no mkfifo");
    return pipe;
  }
}
