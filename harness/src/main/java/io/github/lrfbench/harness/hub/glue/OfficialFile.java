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

  private final GlueTask task;
  private final HubTask names;
  private final TsvLayout layout;
  private final Writer out;
  private final int index;
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
      out.write(String.join("\t", layout.columns()) + "\n");
    }
  }

  /** Writes a row of the data set. */
  void add(Map<String, Object> row) throws IOException {
    String[] fields = new String[layout.columns().size()];
    Arrays.fill(fields, "");
    if (index >= 0 && row.get(INDEX) instanceof Number number) {
      fields[index] = number.toString();
    }
    fields[layout.first()] = text(row, names.first());
    if (layout.second() != TsvLayout.NONE) {
      fields[layout.second()] = text(row, names.second());
    }
    if (layout.label() != TsvLayout.NONE) {
      fields[layout.label()] = label(row.get(LABEL));
    }
    out.write(String.join("\t", fields) + "\n");
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

  private String label(Object value) {
    if (task.isRegression() && value instanceof Number score) {
      return score.toString();
    }
    if (value instanceof Number number) {
      int label = number.intValue();
      if (label >= 0 && label < task.labels().size()) {
        GlueLabel known = task.labels().get(label);
        return known.inFile();
      }
    }
    throw new InputException(
        task.name() + ": row " + rows + " of the data set has the label " + value);
  }
}
