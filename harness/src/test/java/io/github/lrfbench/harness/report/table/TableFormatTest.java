package io.github.lrfbench.harness.report.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableFormatTest {
  private static final Table SMALL =
      new Table(
          "wins",
          "Who wins (accuracy_f1)",
          List.of(
              Heading.key("task"), Heading.key("keep"), Heading.text("best"), Heading.figure("±")),
          List.of(
              List.of(
                  Cell.of("mrpc"),
                  Cell.of("0.9"),
                  Cell.of("a_b").strong(true),
                  Cell.figure(0.12345)),
              List.of(Cell.of("mrpc"), Cell.of("0.5"), Cell.of("50 % & more"), Cell.EMPTY)),
          List.of("A note."));

  @Test
  void textHasAlignedColumnsAndStars() {
    assertEquals(
        """
        Who wins (accuracy_f1)
        task  keep  best             ±
        ----  ----  -----------  -----
        mrpc  0.9   a_b*         0.123
              0.5   50 % & more
        *: the best of several, or as good.
        A note.
        """,
        TableFormat.TEXT.print(SMALL));
  }

  @Test
  void markdownIsEscaped() {
    assertEquals(
        """
        Who wins (accuracy\\_f1)

        | task | keep | best | ± |
        | --- | --- | --- | ---: |
        | mrpc | 0.9 | **a\\_b** | 0.123 |
        |  | 0.5 | 50 % \\& more |  |

        - A note.
        """,
        TableFormat.MD.print(SMALL));
  }

  @Test
  void latexHasRulesAndIsEscaped() {
    String latex = TableFormat.LATEX.print(SMALL);
    assertTrue(
        latex.contains(
            """
            \\begin{tabular}{lllr}
            \\toprule
            task & keep & best & $\\pm$ \\\\
            \\midrule
            mrpc & 0.9 & \\textbf{a\\_b} & 0.123 \\\\
             & 0.5 & 50 \\% \\& more &  \\\\
            \\bottomrule
            """),
        latex);
    assertEquals(
        "\\textbackslash{}input\\{x\\}\\textasciitilde{}\\textasciicircum{}\\$\\#",
        LatexFormat.escape("\\input{x}~^$#"));
  }

  @Test
  void csvHasAllDigitsAndAllKeys() {
    assertEquals(
        "task,keep,best,±\nmrpc,0.9,a_b,0.12345\nmrpc,0.5,50 % & more,\n",
        TableFormat.CSV.print(SMALL));
  }

  @Test
  void hostileCellsGiveNoOrders() {
    Cell cell = Cell.of("\u001b[31mred\nline,\"quoted\"|\u202e<script>");
    Table table =
        new Table("t", "t", List.of(Heading.text("x")), List.of(List.of(cell)), List.of());
    for (TableFormat format : TableFormat.values()) {
      String printed = format.print(table);
      assertFalse(printed.contains("\u001b"), format.label());
      assertFalse(printed.contains("\u202e"), format.label());
      assertFalse(printed.contains("\nline"), format.label());
    }
    assertTrue(TableFormat.CSV.print(table).contains("\" [31mred line,\"\"quoted\"\"| <script>\""));
    assertTrue(TableFormat.MD.print(table).contains("\\|"));
    assertTrue(TableFormat.MD.print(table).contains("\\<script\\>"));
  }

  @Test
  void aLineOfLatexThatBeginsWithABracketIsNoOption() {
    Table table =
        new Table(
            "t", "t", List.of(Heading.text("x")), List.of(List.of(Cell.of("[1]"))), List.of());
    assertTrue(TableFormat.LATEX.print(table).contains("\n{}[1] \\\\\n"));
  }

  @Test
  void whatDoesNotFitStandsBelowWithTheKeys() {
    List<Heading> headings = new ArrayList<>(List.of(Heading.key("task")));
    List<Cell> row = new ArrayList<>(List.of(Cell.of("mrpc")));
    for (int i = 0; i < 40; i++) {
      headings.add(Heading.figure("method-" + i));
      row.add(Cell.figure(i / 7.0));
    }
    String text = TableFormat.TEXT.print(new Table("t", "t", headings, List.of(row), List.of()));
    assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
    assertTrue(text.lines().filter(line -> line.startsWith("mrpc")).count() >= 3, text);
    for (int i = 0; i < 40; i++) {
      assertTrue(text.contains("method-" + i), text);
    }
  }

  @Test
  void longTextsGoOnInTheNextLine() {
    Cell names = Cell.of("word ".repeat(60).strip());
    Table table =
        new Table(
            "t",
            "t",
            List.of(Heading.key("k"), Heading.text("names")),
            List.of(List.of(Cell.of("a"), names)),
            List.of());
    String text = TableFormat.TEXT.print(table);
    assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
    assertEquals(60, text.split("word", -1).length - 1, text);
  }

  @Test
  void figuresAreRoundedToWhatIsRead() {
    assertEquals("0.818", Cell.round(0.8176));
    assertEquals("-0.001", Cell.round(-0.00051));
    assertEquals("0.000", Cell.round(-0.0001));
    assertEquals("23.46", Cell.round(23.456));
    assertEquals("234.6", Cell.round(234.56));
    assertEquals("NaN", Cell.round(Double.NaN));
    assertEquals("<0.001", Cell.probability(1e-9).shown());
    assertEquals("1.0E-9", Cell.probability(1e-9).exact());
  }
}
