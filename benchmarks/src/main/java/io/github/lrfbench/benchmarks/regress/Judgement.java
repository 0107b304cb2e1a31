package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.harness.report.TextTable;
import io.github.lrfbench.harness.report.TextTable.Align;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** New figures beside the committed ones. */
final class Judgement {
  private static final int WIDTH = 120;

  private final List<Figure> committed;
  private final List<Figure> measured;
  private final double margin;

  /**
   * Compares.
   *
   * @param margin fractions up to this do not matter
   */
  Judgement(List<Figure> committed, List<Figure> measured, double margin) {
    this.committed = committed;
    this.measured = measured;
    this.margin = margin;
  }

  /** Whether something has become slower. */
  boolean isSlower() {
    return measured.stream()
        .flatMap(figure -> change(figure).stream())
        .anyMatch(change -> change.verdict(margin) == Verdict.SLOWER);
  }

  /** A row for each new figure. */
  String table() {
    TextTable table =
        new TextTable(WIDTH)
            .column("measure", Align.LEFT)
            .column("beside", Align.LEFT)
            .column("ratio", Align.RIGHT)
            .column("95 %", Align.LEFT)
            .column("was", Align.RIGHT)
            .column("change", Align.RIGHT)
            .column("95 %", Align.LEFT)
            .column("", Align.LEFT);
    for (Figure figure : measured) {
      Optional<Change> change = change(figure);
      table.row(
          figure.measure(),
          figure.yardstick(),
          print("%.3f", figure.ratio()),
          range("%.3f", figure.interval().low(), figure.interval().high()),
          before(figure).map(old -> print("%.3f", old.ratio())).orElse(""),
          change.map(c -> print("%+.1f %%", percent(c.factor()))).orElse(""),
          change
              .map(c -> range("%+.1f", percent(c.interval().low()), percent(c.interval().high())))
              .orElse(""),
          change.map(c -> c.verdict(margin).toString()).orElse("not compared"));
    }
    return table.render();
  }

  /** Lines that say which committed figures were not compared with, and why. */
  List<String> notes() {
    Set<String> notes = new LinkedHashSet<>();
    for (Figure figure : measured) {
      if (before(figure).isPresent()) {
        continue;
      }
      List<Figure> others = committed.stream().filter(figure::isOfMeasure).toList();
      if (others.isEmpty()) {
        notes.add(figure.measure() + " beside " + figure.yardstickName() + ": no figure yet");
      }
      for (Figure other : others) {
        notes.add(
            figure.isOfMachine(other)
                ? other.yardstick() + " is not compared with " + figure.yardstick()
                : "figures of " + machine(other) + " are not compared: this is " + machine(figure));
      }
    }
    return List.copyOf(notes);
  }

  /** The committed figures, with the new ones in the place of those of the same measures here. */
  List<Figure> updated() {
    List<Figure> updated = new ArrayList<>(committed);
    for (Figure figure : measured) {
      int place = 0;
      while (place < updated.size() && !figure.replaces(updated.get(place))) {
        place++;
      }
      if (place < updated.size()) {
        updated.set(place, figure);
      } else {
        updated.add(figure);
      }
    }
    return updated;
  }

  private Optional<Change> change(Figure figure) {
    return before(figure).map(old -> Change.between(old, figure));
  }

  /** The figure to compare with: on another machine, or beside another version, there is none. */
  private Optional<Figure> before(Figure figure) {
    return committed.stream()
        .filter(old -> figure.replaces(old) && figure.yardstick().equals(old.yardstick()))
        .findFirst();
  }

  private static String machine(Figure figure) {
    return String.format(
        Locale.ROOT, "%s (%s, %d threads)", figure.processor(), figure.kernel(), figure.threads());
  }

  private static double percent(double factor) {
    return 100 * (factor - 1);
  }

  private static String range(String format, double low, double high) {
    return Double.isNaN(low) ? "" : print(format, low) + " to " + print(format, high);
  }

  private static String print(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }
}
