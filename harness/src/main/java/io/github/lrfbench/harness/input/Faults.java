package io.github.lrfbench.harness.input;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Complaints about a file: {@code FILE: fault}, always one line. */
public final class Faults {
  private static final int LONGEST_QUOTE = 80;

  private Faults() {}

  /** A complaint about the contents of a file. */
  public static InputException of(Path file, String fault) {
    return new InputException(OneLine.of(file + ": " + fault));
  }

  /** A complaint about a file that could not be read or written. */
  public static InputException of(Path file, IOException cause) {
    return new InputException(OneLine.of(file + ": " + describe(cause)), cause);
  }

  /** A complaint about a file or directory that could not be written. */
  public static InputException cannotWrite(Path file, IOException cause) {
    return new InputException(OneLine.of(file + ": cannot be written: " + describe(cause)), cause);
  }

  /** A complaint about a file, or a part of one, that is not valid JSON. */
  public static InputException of(Path file, String part, JsonProcessingException cause) {
    JsonLocation location = cause.getLocation();
    String position =
        location == null
            ? ""
            : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    // What follows these is about settings of the parser.
    String message =
        cause.getOriginalMessage()
            .split(": not allowed|: maybe a|: JSON spec| \\((for|bound) ", 2)[0];
    return of(file, (part + " is no valid JSON: " + message + position).strip());
  }

  /** Text from a file, in quotes, without control characters and cut to a readable length. */
  public static String quote(String text) {
    String line = OneLine.of(text);
    if (line.codePointCount(0, line.length()) > LONGEST_QUOTE) {
      line = line.substring(0, line.offsetByCodePoints(0, LONGEST_QUOTE)) + "...";
    }
    return "'" + line + "'";
  }

  private static String describe(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "does not exist";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof CharacterCodingException) {
      return "is not UTF-8 text";
    }
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
