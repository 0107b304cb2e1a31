package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmulatorBuildTest {
  @TempDir Path folder;

  @Test
  void librariesOfOtherUsersAreNotLoaded() throws IOException {
    assertDoesNotThrow(() -> EmulatorBuild.requireOwn(folder));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    assertThrows(IOException.class, () -> EmulatorBuild.requireOwn(link));
    Path open = Files.createDirectories(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThrows(IOException.class, () -> EmulatorBuild.requireOwn(open));
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws IOException {
    Path others = Path.of("/proc/1");
    String user = System.getProperty("user.name");
    assumeFalse(
        !Files.exists(others) || Files.getOwner(others).getName().equals(user),
        "no folder of another user is known");
    IOException refused = assertThrows(IOException.class, () -> EmulatorBuild.requireOwn(others));
    assertTrue(refused.getMessage().contains("belongs to"), refused.getMessage());
  }
}
