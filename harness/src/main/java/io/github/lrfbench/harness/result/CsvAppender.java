package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
  /** Outside of any data, so that readers are not locked out where locks are mandatory. */
  private static final long LOCK_POSITION = Long.MAX_VALUE - 1;

  private static final String END = "\r\n";

  /** A byte order mark of UTF-8, each byte as a character. */
  private static final String MARK = "\u00EF\u00BB\u00BF";

  private final Path path;
  private final RandomAccessFile file;

  private CsvAppender(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens a file for appending; a new or empty file gets the header.
   *
   * @throws InputException if the file cannot be written, has another header, or is being written
   *     by another process
   */
  public static CsvAppender open(Path path, List<String> header) {
    RandomAccessFile file = null;
    try {
      file = new RandomAccessFile(path.toFile(), "rw");
      lock(path, file.getChannel());
      CsvAppender appender = new CsvAppender(path, file);
      appender.recover(header);
      return appender;
    } catch (IOException e) {
      closeQuietly(file);
      throw cannotWrite(path, e);
    } catch (RuntimeException e) {
      closeQuietly(file);
      throw e;
    }
  }

  /** Appends one row. */
  public void append(List<String> cells) {
    appendAll(List.of(cells));
  }

  /**
   * Appends rows by one write.
   *
   * @throws InputException if the disk does not take them; the file is then as it was
   */
  public void appendAll(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(CSVFormat.RFC4180.format(row.toArray())).append(END);
    }
    write(text.toString().getBytes(StandardCharsets.UTF_8));
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

  /** Cuts the file off at an offset that {@link CsvRecords#ends} gave. */
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
    try {
      file.close();
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private void write(byte[] bytes) {
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
      throw cannotWrite(path, e);
    }
  }

  private void recover(List<String> header) throws IOException {
    String expected = CSVFormat.RFC4180.format(header.toArray());
    String start = startOf(path, expected.length() + MARK.length() + END.length());
    String plain = start.startsWith(MARK) ? start.substring(MARK.length()) : start;
    // A spreadsheet or an editor may have saved it meanwhile.
    if (plain.startsWith(expected + END) || plain.startsWith(expected + "\n")) {
      List<Long> ends = CsvRecords.ends(path);
      long end = ends.get(ends.size() - 1);
      if (end < file.length()) {
        truncate(end);
      }
    } else if ((expected + END).startsWith(start)) {
      truncate(0);
      write((expected + END).getBytes(StandardCharsets.UTF_8));
    } else {
      throw new InputException(path + ": has another header than this version writes");
    }
  }

  /** The first bytes of a file, each as a character. */
  private static String startOf(Path path, int length) throws IOException {
    try (var in = Files.newInputStream(path)) {
      return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }
  }

  private static void lock(Path path, FileChannel channel) {
    FileLock lock;
    try {
      lock = channel.tryLock(LOCK_POSITION, 1, false);
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      // Some network file systems have no locks; the file can still be written.
      return;
    }
    if (lock == null) {
      throw new InputException(path + ": is being written by another run");
    }
  }

  private static InputException cannotWrite(Path path, IOException cause) {
    return new InputException(path + ": cannot be written: " + OneLine.reason(cause), cause);
  }

  private static void closeQuietly(RandomAccessFile file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // The failure that led here is the one to report.
      }
    }
  }
}
