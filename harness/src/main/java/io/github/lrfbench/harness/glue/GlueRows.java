package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.text.OneLine;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** The data rows of a file, checked and turned into examples. */
final class GlueRows {
  private final TsvLines lines;
  private final GlueTask task;
  private final LabelParser labels;
  private final TsvColumns columns;
  private int row;
  private int skipped;

  /** Blank lines since the last row: short rows if another row follows, else nothing. */
  private int blanks;

  private GlueRows(TsvLines lines, GlueTask task, LabelParser labels, TsvColumns columns) {
    this.lines = lines;
    this.task = task;
    this.labels = labels;
    this.columns = columns;
  }

  /** Reads the header, if the layout has one. */
  static GlueRows open(TsvLines lines, GlueTask task, TsvLayout layout) throws IOException {
    LabelParser labels = new LabelParser(task);
    TsvColumns columns = TsvColumns.official(layout);
    if (layout.header()) {
      List<String> header = lines.next();
      if (header == null) {
        throw lines.failure("no header; expected " + layout.describe());
      }
      columns = TsvColumns.under(header, layout, lines);
      if (isData(header, columns, labels)) {
        throw lines.failure("data instead of a header; expected " + layout.describe());
      }
    }
    return new GlueRows(lines, task, labels, columns);
  }

  /** The next example, or null at the end. */
  GlueExample next() throws IOException {
    for (List<String> fields = lines.next(); fields != null; fields = lines.next()) {
      if (isBlank(fields)) {
        if (!task.skipsShortRows() && lines.skipToEnd()) {
          throw lines.failure("a blank line before the end");
        }
        blanks++;
        continue;
      }
      skipped += blanks;
      row += blanks;
      blanks = 0;
      int current = row++;
      if (fields.size() == columns.count()) {
        return example(current, fields);
      }
      if (fields.size() > columns.count() || !task.skipsShortRows()) {
        throw lines.failure(fields.size() + " fields instead of " + columns.count());
      }
      skipped++;
    }
    return null;
  }

  /** How many short rows were left out so far. */
  int skipped() {
    return skipped;
  }

  private GlueExample example(int current, List<String> fields) {
    String second = columns.second() == TsvLayout.NONE ? null : fields.get(columns.second());
    return new GlueExample(current, fields.get(columns.first()), second, label(fields));
  }

  private double label(List<String> fields) {
    if (columns.label() == TsvLayout.NONE) {
      return Double.NaN;
    }
    String text = fields.get(columns.label());
    double label = labels.parse(text);
    if (Double.isNaN(label)) {
      throw lines.failure(
          task.isRegression()
              ? "score " + OneLine.quote(text) + " is not a number from 0 to 5"
              : "unknown label " + OneLine.quote(text) + "; the labels are " + spellings());
    }
    return label;
  }

  private String spellings() {
    return task.labels().stream().map(GlueLabel::inFile).collect(Collectors.joining(", "));
  }

  private static boolean isBlank(List<String> fields) {
    return fields.size() == 1 && fields.get(0).isEmpty();
  }

  /** Whether a first line that should be a header has a label or a row number in it. */
  private static boolean isData(List<String> header, TsvColumns columns, LabelParser labels) {
    return columns.label() == TsvLayout.NONE
        ? header.get(0).matches("[0-9]+")
        : !Double.isNaN(labels.parse(header.get(columns.label())));
  }
}
