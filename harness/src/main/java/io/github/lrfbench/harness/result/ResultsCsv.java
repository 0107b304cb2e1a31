package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.input.InputFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;

/**
 * A kind of results file: how its rows are written and read.
 *
 * @param <R> the type of a row
 */
public final class ResultsCsv<R> {
  /** {@code runs.csv}. */
  public static final ResultsCsv<RunRow> RUNS =
      new ResultsCsv<>(RunColumns.TABLE, RunRow::cells, RunRow::of, "run_id", "cell_id", "status");

  /** {@code layers.csv}. */
  public static final ResultsCsv<LayerRow> LAYERS =
      new ResultsCsv<>(
          LayerColumns.TABLE, LayerRow::cells, LayerRow::of, "run_id", "cell_id", "layer");

  /** {@code latencies.csv}. */
  public static final ResultsCsv<SampleRow> SAMPLES =
      new ResultsCsv<>(
          SampleColumns.TABLE, SampleRow::cells, SampleRow::of, "run_id", "cell_id", "subject");

  /** What {@code kernels} writes. */
  public static final ResultsCsv<KernelRow> KERNELS =
      new ResultsCsv<>(
          KernelColumns.TABLE, KernelRow::cells, KernelRow::of, "kind", "break_even_verdict");

  /** What {@code tensor-parallel} writes. */
  public static final ResultsCsv<TensorParallelRow> TENSOR_PARALLEL =
      new ResultsCsv<>(
          TensorParallelColumns.TABLE,
          TensorParallelRow::cells,
          TensorParallelRow::of,
          "shards",
          "modelled_link_ms");

  /** What {@code estimate} writes. */
  public static final ResultsCsv<EstimateRow> ESTIMATES =
      new ResultsCsv<>(
          EstimateColumns.TABLE, EstimateRow::cells, EstimateRow::of, "estimate", "figures_source");

  private static final int BYTE_ORDER_MARK = 0xFEFF;

  /** What becomes of an id that is all digits. */
  private static final Pattern SPOILED = Pattern.compile("\\d+([.,]\\d+)?E\\+\\d+");

  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          // Spreadsheets write columns beyond the last one that has a name.
          .setDuplicateHeaderMode(DuplicateHeaderMode.ALLOW_EMPTY)
          .setAllowMissingColumnNames(true)
          .setIgnoreEmptyLines(true)
          .get();

  private final TableSchema schema;
  private final Function<R, Cells> toCells;
  private final Function<Cells, R> fromCells;
  private final List<String> required;

  /**
   * A kind of file.
   *
   * @param required columns beside the schema's number that tell it from the other kinds
   */
  private ResultsCsv(
      TableSchema schema,
      Function<R, Cells> toCells,
      Function<Cells, R> fromCells,
      String... required) {
    this.schema = schema;
    this.toCells = toCells;
    this.fromCells = fromCells;
    this.required = List.of(required);
  }

  /** The columns. */
  public TableSchema schema() {
    return schema;
  }

  /** A whole file of rows, as {@link CsvAppender} would write it. */
  byte[] file(List<R> rows) {
    StringBuilder text = new StringBuilder(CsvAppender.line(schema.header()));
    rows.forEach(row -> text.append(CsvAppender.line(print(row))));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The cells of a row as text, in the order of the schema. */
  public List<String> print(R row) {
    return toCells.apply(row).print(schema);
  }

  /**
   * Reads a file of this or an older schema, also one that a spreadsheet has saved: with a byte
   * order mark, other line ends, blank lines. Columns are found by name; a row at the end of the
   * file whose writing was interrupted is left out.
   *
   * @throws InputException if the file is missing, is of a newer schema or has a bad cell
   */
  public List<R> read(Path path) {
    List<R> rows = new ArrayList<>();
    try {
      InputFile.requireRegular(path, "a table");
      int rowsAndHeader = CsvRecords.endsOfQuoted(path).size();
      // Decoding through the charset's own decoder reports malformed bytes instead of replacing.
      try (Reader reader =
              new BufferedReader(
                  new InputStreamReader(
                      Files.newInputStream(path), StandardCharsets.UTF_8.newDecoder()));
          CSVParser parser = CSVParser.parse(withoutMark(reader), FORMAT)) {
        requireColumns(path, parser.getHeaderNames());
        Iterator<CSVRecord> records = parser.iterator();
        while (rows.size() + 1 < rowsAndHeader && records.hasNext()) {
          CSVRecord record = records.next();
          if (!CsvRecords.isBlank(record)) {
            rows.add(parse(path, parser, record));
          }
        }
      }
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new InputException(path + ": is not UTF-8", e);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new InputException(
          path + ": is no CSV: " + Texts.oneLine(String.valueOf(e.getMessage())), e);
    }
    return rows;
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param notes is told of a row that was left out
   */
  public List<R> read(Path path, Notes notes) {
    List<R> rows = read(path);
    if (endsTorn(path)) {
      notes.add(path, "the last row is cut off and left out");
    }
    return rows;
  }

  /**
   * Whether the writing of a file's last row was interrupted, so that {@link #read(Path)} leaves it
   * out.
   *
   * @throws InputException if the file cannot be read
   */
  public boolean endsTorn(Path path) {
    try {
      List<Long> ends = CsvRecords.ends(path);
      return Files.size(path) > (ends.isEmpty() ? 0 : ends.get(ends.size() - 1));
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + OneLine.reason(e), e);
    }
  }

  /** Reads on behind a byte order mark, if there is one. */
  private static Reader withoutMark(Reader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return reader;
  }

  private void requireColumns(Path path, List<String> header) {
    if (header.size() == 1 && header.get(0).matches("schema[;\t].*")) {
      throw new InputException(
          path
              + ": its cells are separated by "
              + (header.get(0).charAt(6) == ';' ? "semicolons" : "tabs")
              + "; save it with commas, and points in numbers");
    }
    Stream.concat(Stream.of(Column.SCHEMA.name()), required.stream())
        .filter(name -> !header.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new InputException(
                  path + ": is no " + schema.file() + ": there is no column " + name);
            });
  }

  /** Whether a file seems to be one of this kind, by its first line. */
  public boolean isFile(Path path) {
    try (BufferedReader reader = Files.newBufferedReader(path)) {
      String line = reader.readLine();
      return line != null && Arrays.asList(line.split(",")).containsAll(required);
    } catch (IOException | UncheckedIOException e) {
      // Whoever reads it will tell.
      return false;
    }
  }

  private R parse(Path path, CSVParser parser, CSVRecord record) {
    String place = path + ", line " + parser.getCurrentLineNumber() + ": ";
    if (record.size() != parser.getHeaderNames().size()) {
      throw new InputException(
          place + record.size() + " cells, but " + parser.getHeaderNames().size() + " columns");
    }
    Cells cells = Cells.empty();
    for (Column<?> column : schema.columns()) {
      if (record.isMapped(column.name())) {
        parse(place, cells, column, record.get(column.name()));
      }
    }
    String id = cells.get(RunColumns.CELL_ID);
    if (id != null && SPOILED.matcher(id).matches()) {
      throw new InputException(
          place + "a spreadsheet has made a number of the cell_id: " + OneLine.quote(id));
    }
    Long version = cells.get(Column.SCHEMA);
    if (version == null || version < 1 || version > schema.version()) {
      throw new InputException(
          place + "schema " + version + ", but this version reads up to " + schema.version());
    }
    try {
      return fromCells.apply(cells);
    } catch (IllegalArgumentException e) {
      throw new InputException(place + e.getMessage(), e);
    }
  }

  private static void parse(String place, Cells cells, Column<?> column, String text) {
    try {
      cells.parse(column, text);
    } catch (RuntimeException e) {
      throw new InputException(
          place + column.name() + " is no " + column.type() + ": " + OneLine.quote(text), e);
    }
  }
}
