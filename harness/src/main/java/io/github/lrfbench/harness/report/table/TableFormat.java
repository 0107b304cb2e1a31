package io.github.lrfbench.harness.report.table;

import java.util.Locale;
import java.util.function.Function;

/** How a table is printed. */
public enum TableFormat {
  /** Aligned columns of at most 120 characters; what is strong has a star behind it. */
  TEXT(TextFormat::print),
  /** GitHub's Markdown. */
  MD(MarkdownFormat::print),
  /** A {@code table} with the rules of the package booktabs. */
  LATEX(LatexFormat::print),
  /** RFC 4180, figures with all digits; no title and no notes. */
  CSV(CsvFormat::print);

  private final Function<Table, String> printer;

  TableFormat(Function<Table, String> printer) {
    this.printer = printer;
  }

  /** The name that users give. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The table in this format; ends in a line feed. */
  public String print(Table table) {
    return printer.apply(table);
  }
}
