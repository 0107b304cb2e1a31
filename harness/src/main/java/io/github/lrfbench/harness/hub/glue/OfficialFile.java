package io.github.lrfbench.harness.hub.glue;

import io.github.lrfbench.harness.glue.GlueLabel;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.TsvLayout;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes the rows of a split as an official file. The data set lacks some of its columns, such as
 * parse trees and where a sentence was found: they are empty.
 */
final class OfficialFile {
  private static final String INDEX = "idx";
  private static final String LABEL = "label";

  /** A text that is stored once may stand in every row. */
  private static final long LARGEST = 1L << 30;

  private final GlueTask task;
  private final HubTask names;
  private final TsvLayout layout;
  private final Writer out;
  private final int index;
  private long written;
  private int rows;
  private int changed;

  /** Begins a file, with its header where it has one. */
  OfficialFile(GlueTask task, HubTask names, TsvLayout layout, Writer out) throws IOException {
    this.task = task;
    this.names = names;
    this.layout = layout;
    this.out = out;
    index = Math.max(layout.columns().indexOf("index"), layout.columns().indexOf("id"));
    if (layout.header()) {
      write(String.join("\t", layout.columns()) + "\n");
    }
  }

  /** Writes a row of the data set. */
  void add(Map<String, Object> row) throws IOException {
    String[] fields = new String[layout.columns().size()];
    Arrays.fill(fields, "");
    if (index >= 0 && isWhole(row.get(INDEX))) {
      fields[index] = row.get(INDEX).toString();
    }
    fields[layout.first()] = text(row, names.first());
    if (layout.second() != TsvLayout.NONE) {
      fields[layout.second()] = text(row, names.second());
    }
    if (layout.label() != TsvLayout.NONE) {
      fields[layout.label()] = label(row.get(LABEL));
    }
    write(String.join("\t", fields) + "\n");
    rows++;
  }

  /** How many rows were written. */
  int rows() {
    return rows;
  }

  /** How many texts held a tab or a line break, which the format has no room for. */
  int changed() {
    return changed;
  }

  private String text(Map<String, Object> row, String column) {
    Object value = row.get(column);
    if (!(value instanceof String text)) {
      throw new InputException(
          task.name() + ": row " + rows + " of the data set has no text in " + column);
    }
    String plain = text.replaceAll("[\\t\\n\\r]", " ");
    changed += plain.equals(text) ? 0 : 1;
    return plain;
  }

  /** 1.9 is not the label 1, nor is 1.0: where labels are fractions, they are not classes. */
  private static boolean isWhole(Object value) {
    return value instanceof Integer || value instanceof Long;
  }

  private void write(String line) throws IOException {
    written += line.length();
    if (written > LARGEST) {
      throw new InputException(
          task.name() + ": the data set becomes more than " + LARGEST + " characters");
    }
    out.write(line);
  }

  private String label(Object value) {
    if (task.isRegression()
        && value instanceof Number score
        && Double.isFinite(score.doubleValue())) {
      return score.toString();
    }
    if (!task.isRegression() && isWhole(value)) {
      long label = ((Number) value).longValue();
      if (label >= 0 && label < task.labels().size()) {
        GlueLabel known = task.labels().get((int) label);
        return known.inFile();
      }
    }
    throw new InputException(
        task.name() + ": row " + rows + " of the data set has the label " + value);
  }
}
