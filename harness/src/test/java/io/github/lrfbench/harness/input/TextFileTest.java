package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir private Path folder;

  @Test
  void aDeviceWithoutEndIsTooLarge() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/zero")), "no /dev/zero");
    Path zeros = Path.of("/dev/zero");
    InputException fault = assertThrows(InputException.class, () -> TextFile.read(zeros));
    assertEquals(
        zeros + ": is too large for a text file: more than 268435456 bytes", fault.getMessage());
  }

  @Test
  void otherEncodingsAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("a.txt"), new byte[] {'a', (byte) 0xE4});
    InputException fault = assertThrows(InputException.class, () -> TextFile.read(file));
    assertEquals(file + ": is not UTF-8 text", fault.getMessage());
  }
}
