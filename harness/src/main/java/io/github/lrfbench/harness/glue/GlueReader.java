package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.input.InputFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads official GLUE files. Every fault in them is an {@link InputException} with file and line.
 */
public final class GlueReader {
  /** The limit that leaves nothing out. */
  public static final int ALL = Integer.MAX_VALUE;

  private GlueReader() {}

  /**
   * Reads a split from {@code glue/<task's folder>/<split's file>}.
   *
   * @param glue the directory that holds the tasks' folders
   * @param limit the most examples to take from the beginning, at least 1
   */
  public static GlueDataset read(Path glue, GlueTask task, Split split, int limit) {
    GlueFile file = task.file(split);
    Path folder = glue.resolve(task.folder());
    for (String name : file.names()) {
      if (Files.exists(folder.resolve(name))) {
        return readFile(folder.resolve(name), task, split, limit);
      }
    }
    throw new InputException(
        folder.resolve(file.names().get(0))
            + " does not exist; task "
            + task.name()
            + " is expected there with "
            + file.layout().describe());
  }

  /** Whether {@link #read} would find a file; other faults of it are not looked for. */
  public static boolean exists(Path glue, GlueTask task, Split split) {
    return task.files().containsKey(split)
        && task.file(split).names().stream()
            .anyMatch(name -> Files.exists(glue.resolve(task.folder()).resolve(name)));
  }

  /**
   * Reads a split from a file of any name.
   *
   * @param limit the most examples to take from the beginning, at least 1
   */
  public static GlueDataset readFile(Path file, GlueTask task, Split split, int limit) {
    InputFile.requireRegular(file, "a TSV file");
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), task, split, limit);
    } catch (IOException e) {
      throw new InputException("cannot read " + file + ": " + OneLine.reason(e), e);
    }
  }

  /**
   * Reads a split from a stream to its end, without closing it.
   *
   * @param source the stream's name for messages
   * @param limit the most examples to take from the beginning, at least 1
   * @throws IOException if the stream fails
   */
  public static GlueDataset read(
      InputStream in, String source, GlueTask task, Split split, int limit) throws IOException {
    if (limit < 1) {
      throw new IllegalArgumentException("a data set needs at least one example, not " + limit);
    }
    DigestInputStream digested = new DigestInputStream(in, sha256());
    TsvLines lines = new TsvLines(source, digested);
    GlueRows rows = GlueRows.open(lines, task, task.file(split).layout());
    List<GlueExample> examples = new ArrayList<>();
    boolean more = true;
    while (more && examples.size() < limit) {
      GlueExample example = rows.next();
      more = example != null;
      if (more) {
        examples.add(example);
      }
    }
    if (examples.isEmpty()) {
      throw lines.failure("no example of task " + task.name() + " up to here");
    }
    boolean limited = lines.skipToEnd();
    String hash = HexFormat.of().formatHex(digested.getMessageDigest().digest());
    return new GlueDataset(task, split, source, examples, rows.skipped(), limited, hash);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
