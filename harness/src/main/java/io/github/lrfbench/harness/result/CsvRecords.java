package io.github.lrfbench.harness.result;

import io.github.lrfbench.kernels.InputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVRecord;

/**
 * Where the records of a CSV file end. Lines without a value, as editors and spreadsheets leave
 * them, are no records; they belong to the one before them.
 */
final class CsvRecords {
  private static final long LONGEST_RECORD = 64 << 20;

  private CsvRecords() {}

  /**
   * The offset behind each complete record, in bytes. Bytes behind the last offset are a record
   * whose writing was interrupted.
   */
  static List<Long> ends(Path file) throws IOException {
    List<Long> ends = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      boolean quoted = false;
      boolean blank = true;
      long offset = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        offset++;
        if (offset - (ends.isEmpty() ? 0 : ends.get(ends.size() - 1)) > LONGEST_RECORD) {
          throw new InputException(
              file + ": a row is longer than " + LONGEST_RECORD + " bytes; is this a table?");
        }
        if (b == '"') {
          // A doubled quote inside a quoted cell toggles twice.
          quoted = !quoted;
        } else if (b == '\n' && !quoted) {
          if (blank && !ends.isEmpty()) {
            ends.set(ends.size() - 1, offset);
          } else if (!blank) {
            ends.add(offset);
          }
          blank = true;
        } else if (b != ',' && b != '\r') {
          blank = false;
        }
      }
    }
    return ends;
  }

  /** Whether a record holds no value. */
  static boolean isBlank(CSVRecord record) {
    return record.stream().allMatch(String::isEmpty);
  }

  /**
   * Refuses a file whose rows are lines, but which ends in a record of several: a quote was lost,
   * and what follows is not one row whose writing was interrupted.
   *
   * @return the ends of its records
   * @throws InputException if it is so
   */
  static List<Long> endsOfQuoted(Path file) throws IOException {
    List<Long> ends = ends(file);
    long end = ends.isEmpty() ? 0 : ends.get(ends.size() - 1);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long line = 1;
      long offset = 0;
      boolean open = false;
      for (int b = in.read(); b >= 0; b = in.read()) {
        open |= b == '"' && offset >= end;
        if (b == '\n' && open) {
          throw new InputException(file + ": line " + line + ": a quote is not closed");
        }
        line += b == '\n' ? 1 : 0;
        offset++;
      }
    }
    return ends;
  }
}
