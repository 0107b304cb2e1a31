package io.github.lrfbench.harness.hub.glue;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
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
      while (hasNext(iterator, file)) {
        consumer.accept(iterator.next());
      }
    }
  }

  private static Stream<Map<String, Object>> open(Path file) {
    try {
      return ParquetReader.streamContent(file.toFile(), ROWS);
    } catch (IOException e) {
      throw Faults.of(file, e);
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static boolean hasNext(Iterator<?> iterator, Path file) {
    try {
      return iterator.hasNext();
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static InputException damaged(Path file, RuntimeException cause) {
    return new InputException(file + ": is no readable Parquet file", cause);
  }
}
