package io.github.lrfbench.kernels.cuda.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Installs the emulator, where it is wanted and there is g++, before the first test. */
public final class EmulatorSession implements LauncherSessionListener {
  private static String failure;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (Emulator.isWanted()) {
      try {
        Emulator.install();
      } catch (EmulatorBuild.NoCompilerException e) {
        failure = e.getMessage();
        System.err.println("The tests on the CUDA emulator are skipped: " + failure);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Why the emulator is not there although it was wanted, or null. */
  static String failure() {
    return failure;
  }
}
