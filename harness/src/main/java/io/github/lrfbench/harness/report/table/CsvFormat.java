package io.github.lrfbench.harness.report.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** RFC 4180 with the lines ended by a line feed, as what is printed on standard output is. */
final class CsvFormat {
  private CsvFormat() {}

  static String print(Table table) {
    StringBuilder text = new StringBuilder();
    CSVFormat format = CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();
    try (CSVPrinter printer = new CSVPrinter(text, format)) {
      printer.printRecord(table.headings().stream().map(Heading::name));
      for (var row : table.rows()) {
        printer.printRecord(row.stream().map(Cell::exact));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
