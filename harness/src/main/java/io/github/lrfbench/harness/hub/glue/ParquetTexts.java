package io.github.lrfbench.harness.hub.glue;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.host.NativesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The rows of a Parquet file with columns of text and numbers. */
final class ParquetTexts {
  /** What is done with a row. */
  interface RowConsumer {
    void accept(Map<String, Object> row) throws IOException;
  }

  /** A row by column; a cell that is null is left out. */
  private static final Hydrator<Map<String, Object>, Map<String, Object>, String[]> ROWS =
      new Hydrator<>() {
        @Override
        public Map<String, Object> start() {
          return new HashMap<>();
        }

        @Override
        public Map<String, Object> add(Map<String, Object> row, String[] column, Object value) {
          row.put(String.join(".", column), value);
          return row;
        }

        @Override
        public Map<String, Object> finish(Map<String, Object> row) {
          return row;
        }
      };

  private ParquetTexts() {}

  /**
   * Hands on the rows in order.
   *
   * @throws InputException if the file is damaged
   * @throws IOException if the consumer throws it
   */
  static void read(Path file, RowConsumer consumer) throws IOException {
    try (Stream<Map<String, Object>> rows = open(file)) {
      Iterator<Map<String, Object>> iterator = rows.iterator();
      while (read(file, iterator::hasNext)) {
        consumer.accept(iterator.next());
      }
    }
  }

  private static Stream<Map<String, Object>> open(Path file) {
    return read(
        file,
        () -> {
          useCacheForNatives();
          ParquetLimits.check(file);
          return ParquetReader.streamContent(file.toFile(), ROWS);
        });
  }

  /** The natives of Snappy and Zstandard go where the others are, unless the user says where. */
  private static void useCacheForNatives() {
    try (NativesFolder natives = NativesFolder.lock()) {
      natives
          .path()
          .filter(Files::isWritable)
          .ifPresent(
              folder -> {
                for (String setting : List.of("org.xerial.snappy.tempdir", "ZstdTempFolder")) {
                  System.setProperty(setting, System.getProperty(setting, folder.toString()));
                }
              });
    }
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  /** Damaged files make the reader throw anything, and ask for more memory than there is. */
  private static <T> T read(Path file, Step<T> step) {
    try {
      return step.run();
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new InputException(OneLine.of(file + ": is no readable Parquet file"), e);
    }
  }
}
