package io.github.lrfbench.harness.result;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Failures of the file system in a few words. */
final class Faults {
  private Faults() {}

  /** What went wrong, without the path: the caller names it. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of this name is in the way";
    }
    if (e instanceof FileSystemException fault && fault.getReason() != null) {
      return Texts.oneLine(fault.getReason());
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : Texts.oneLine(e.getMessage());
  }
}
