package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.statistics.Interval;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/** The file of committed figures: UTF-8, RFC 4180, a line for each. */
final class FigureFile {
  private static final String[] HEADER = {
    "measure",
    "yardstick",
    "processor",
    "kernel",
    "threads",
    "rounds",
    "ratio",
    "low",
    "high",
    "commit",
    "date"
  };

  private FigureFile() {}

  /**
   * Reads a file.
   *
   * @return none if there is no such file
   * @throws InputException if it is no file of figures
   */
  static List<Figure> read(Path file) {
    List<Figure> figures = new ArrayList<>();
    if (!Files.exists(file)) {
      return figures;
    }
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = CSVParser.parse(reader, format)) {
      if (!parser.getHeaderNames().equals(List.of(HEADER))) {
        throw new InputException(file + ": the columns of figures are " + String.join(",", HEADER));
      }
      for (CSVRecord record : parser) {
        figures.add(figure(file + ", line " + parser.getCurrentLineNumber(), record));
      }
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return figures;
  }

  private static Figure figure(String place, CSVRecord record) {
    if (!record.isConsistent()) {
      throw new InputException(
          place + ": " + record.size() + " cells, but " + HEADER.length + " columns");
    }
    Figure figure =
        new Figure(
            record.get("measure"),
            record.get("yardstick"),
            record.get("processor"),
            record.get("kernel"),
            (int) number(place, record, "threads"),
            (int) number(place, record, "rounds"),
            number(place, record, "ratio"),
            interval(place, record),
            record.get("commit"),
            record.get("date"));
    if (!(figure.ratio() > 0 && Double.isFinite(figure.ratio()))) {
      throw new InputException(place + ": ratio is to be above 0");
    }
    return figure;
  }

  /** Unknown where its cells are empty, as of a single round. */
  private static Interval interval(String place, CSVRecord record) {
    if (record.get("low").isEmpty() && record.get("high").isEmpty()) {
      return Interval.UNKNOWN;
    }
    Interval interval = new Interval(number(place, record, "low"), number(place, record, "high"));
    if (!interval.isFinite() || interval.low() > interval.high()) {
      throw new InputException(place + ": low and high are no interval above 0");
    }
    return interval;
  }

  private static double number(String place, CSVRecord record, String column) {
    try {
      return Double.parseDouble(record.get(column));
    } catch (NumberFormatException e) {
      throw new InputException(
          place + ": " + column + " is no number: " + OneLine.quote(record.get(column)), e);
    }
  }

  /** Writes a file as a whole. */
  static void write(Path file, List<Figure> figures) {
    WholeFile.write(
        file,
        out -> {
          CSVPrinter printer =
              new CSVPrinter(out, CSVFormat.RFC4180.builder().setHeader(HEADER).get());
          for (Figure figure : figures) {
            printer.printRecord(
                figure.measure(),
                figure.yardstick(),
                figure.processor(),
                figure.kernel(),
                figure.threads(),
                figure.rounds(),
                print(figure.ratio()),
                print(figure.interval().low()),
                print(figure.interval().high()),
                figure.commit(),
                figure.date());
          }
        });
  }

  private static String print(double number) {
    return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%.5f", number);
  }
}
