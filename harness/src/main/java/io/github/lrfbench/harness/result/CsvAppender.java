package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.input.InputFile;
import io.github.lrfbench.harness.input.LockFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;

/**
 * Appends rows to a CSV file (UTF-8, RFC 4180, lines end in CRLF) that one process owns.
 *
 * <p>Rows given together are written by one call and forced to the disk before it returns, so a
 * killed process leaves whole rows; if the machine dies in the middle, the torn row is cut off when
 * the file is opened again. Finished rows are never rewritten.
 */
public final class CsvAppender implements Closeable {
  private static final String END = "\r\n";

  /** A byte order mark of UTF-8, each byte as a character. */
  private static final String MARK = "\u00EF\u00BB\u00BF";

  private final Path path;
  private final RandomAccessFile file;
  private final LockFile lock;

  private CsvAppender(Path path, RandomAccessFile file, LockFile lock) {
    this.path = path;
    this.file = file;
    this.lock = lock;
  }

  /**
   * Opens a file for appending; a new or empty file gets the header.
   *
   * @throws InputException if the file cannot be written, has another header, or is being written
   *     by another process
   */
  public static CsvAppender open(Path path, List<String> header) {
    return open(path, header, false);
  }

  /** The same for a file whose rows are lines: one with a quote that is not closed is refused. */
  static CsvAppender openLines(Path path, List<String> header) {
    return open(path, header, true);
  }

  private static CsvAppender open(Path path, List<String> header, boolean lines) {
    LockFile lock = lock(path);
    RandomAccessFile file = null;
    boolean done = false;
    try {
      InputFile.requireRegular(path, "a table");
      file = new RandomAccessFile(path.toFile(), "rw");
      CsvAppender appender = new CsvAppender(path, file, lock);
      appender.recover(header, lines);
      done = true;
      return appender;
    } catch (IOException e) {
      throw cannotWrite(path, e);
    } finally {
      if (!done) {
        closeQuietly(file);
        closeQuietly(lock);
      }
    }
  }

  /**
   * The lock that writers of a file hold.
   *
   * @throws InputException if another run does
   */
  public static LockFile lock(Path path) {
    try {
      return LockFile.tryTake(LockFile.of(path))
          .orElseThrow(() -> new InputException(path + ": is being written by another run"));
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** Appends one row. */
  public void append(List<String> cells) {
    appendAll(List.of(cells));
  }

  /** A row as it stands in a file. */
  static String line(List<String> cells) {
    return CSVFormat.RFC4180.format(cells.toArray()) + END;
  }

  /**
   * Appends rows by one write.
   *
   * @throws OutputException if the disk does not take them; the file is then as it was
   */
  public void appendAll(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(line(row));
    }
    try {
      write(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new OutputException(
          path + ": cannot be written: " + OneLine.reason(e) + "; the rows before are there", e);
    }
  }

  /**
   * Cuts the file off behind the first rows.
   *
   * @param rows how many stay; if there are no more, all do
   */
  public void keep(int rows) {
    try {
      List<Long> ends = CsvRecords.ends(path);
      if (rows + 1 < ends.size()) {
        truncate(ends.get(rows));
      }
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** Bytes of the whole rows. */
  long length() {
    try {
      return file.length();
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** Cuts the file off behind a row. */
  void truncate(long length) {
    try {
      file.setLength(length);
      file.getFD().sync();
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  @Override
  public void close() {
    try (lock) {
      file.close();
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private void write(byte[] bytes) throws IOException {
    long end = -1;
    try {
      end = file.length();
      file.seek(end);
      file.write(bytes);
      file.getFD().sync();
    } catch (IOException e) {
      if (end >= 0) {
        try {
          file.setLength(end);
        } catch (IOException alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
      }
      throw e;
    }
  }

  private void recover(List<String> header, boolean lines) throws IOException {
    String expected = line(header);
    String start = startOf(path, expected.length() + MARK.length());
    String plain = start.startsWith(MARK) ? start.substring(MARK.length()) : start;
    // A spreadsheet or an editor may have saved it meanwhile.
    if (plain.startsWith(expected) || plain.startsWith(expected.replace(END, "\n"))) {
      // Rows behind a lost quote would be taken for a torn one and cut off.
      List<Long> ends = lines ? CsvRecords.endsOfQuoted(path) : CsvRecords.ends(path);
      long end = ends.get(ends.size() - 1);
      if (end < file.length()) {
        truncate(end);
      }
    } else if (expected.startsWith(start)) {
      truncate(0);
      write(expected.getBytes(StandardCharsets.UTF_8));
    } else {
      throw new InputException(
          path
              + ": has another header than this version writes; 'lrfbench merge' makes a copy to go on with");
    }
  }

  /** The first bytes of a file, each as a character. */
  private static String startOf(Path path, int length) throws IOException {
    try (var in = Files.newInputStream(path)) {
      return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }
  }

  private static InputException cannotWrite(Path path, IOException cause) {
    return new InputException(path + ": cannot be written: " + OneLine.reason(cause), cause);
  }

  private static void closeQuietly(AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        // The failure that led here is the one to report.
      }
    }
  }
}
