package io.github.lrfbench.harness.report.table;

/**
 * The head of a column.
 *
 * @param name of one line
 * @param kind what its cells are
 */
public record Heading(String name, Kind kind) {
  /** What cells are, by which formats place them. */
  public enum Kind {
    /** Says of what the row is, with those beside it; not repeated for people. */
    KEY,
    TEXT,
    FIGURE
  }

  /** A column that says of what a row is. */
  public static Heading key(String name) {
    return new Heading(name, Kind.KEY);
  }

  /** A column of text. */
  public static Heading text(String name) {
    return new Heading(name, Kind.TEXT);
  }

  /** A column of figures. */
  public static Heading figure(String name) {
    return new Heading(name, Kind.FIGURE);
  }

  boolean isFigure() {
    return kind == Kind.FIGURE;
  }
}
