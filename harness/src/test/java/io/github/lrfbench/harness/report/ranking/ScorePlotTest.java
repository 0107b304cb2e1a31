package io.github.lrfbench.harness.report.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.report.Axis;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ScorePlotTest {
  private static final Pattern DOT = Pattern.compile("<circle cx=\"([^\"]+)\" cy=\"([^\"]+)\"");

  /** Where the dots of a drawing are: x and y. */
  private static List<double[]> dots(String svg) {
    List<double[]> dots = new ArrayList<>();
    Matcher matcher = DOT.matcher(svg);
    while (matcher.find()) {
      dots.add(
          new double[] {
            Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))
          });
    }
    return dots;
  }

  @Test
  void dotsLieWhereFiguresDo() {
    // Across from 0.4 to 0.8 in pixels from 56 to 386, up from 0 to 1 from 248 to 30.
    String svg =
        ScorePlot.svg(
            Rows.read(
                null,
                Rows.of("rte", "svd", 0.8, 1, 0),
                Rows.of("rte", "svd", 0.4, 0.5, 0),
                Rows.of("rte", "drone", 0.6, 0, 0)),
            Rows.question(),
            "budget",
            note -> {});
    List<double[]> dots = dots(svg);
    assertEquals(3, dots.size(), svg);
    double[][] expected = {{56, 248 - 0.5 * 218}, {386, 30}, {221, 248}};
    for (int i = 0; i < 3; i++) {
      assertEquals(expected[i][0], dots.get(i)[0], 0.1, svg);
      assertEquals(expected[i][1], dots.get(i)[1], 0.1, svg);
    }
  }

  @Test
  void seedsAreOneDotWithTheirInterval() {
    String svg =
        ScorePlot.svg(
            Rows.read(
                null,
                Rows.of("rte", "svd", 0.5, 0.4, 0, 0),
                Rows.of("rte", "svd", 0.5, 0.6, 0, 1),
                Rows.of("mrpc", "svd", 0.5, 0.6, 0, 1)),
            Rows.question(),
            "budget",
            note -> {});
    assertEquals(2, dots(svg).size(), svg);
    assertTrue(svg.contains(">rte: accuracy</text>") && svg.contains(">mrpc: accuracy</text>"));
    assertFalse(svg.contains("NaN"), svg);
  }

  @Test
  void whatIsLeftOutIsTold() {
    List<String> notes = new ArrayList<>();
    String svg =
        ScorePlot.svg(
            Rows.read(
                null,
                Rows.of("rte", "svd", 0.5, 0.4, 0),
                Rows.of("rte", "drone", 0.5, 0.4, 0).set(RunColumns.STATUS, RunRow.FAILED)),
            Rows.question(),
            "budget",
            notes::add);
    assertEquals(1, dots(svg).size(), svg);
    assertEquals(List.of("1 cell failed or skipped, left out."), notes);
    // What rows say of the dense model, whose own row is not there.
    assertTrue(svg.contains("stroke=\"#000000\" stroke-dasharray=\"4 3\""), svg);
  }

  @Test
  void anAxisHoldsItsValuesBetweenRoundMarks() {
    for (double[] values :
        new double[][] {{0.41, 0.66}, {0, 0}, {-0.13, 0.4}, {0.8412, 0.8413}, {3, 3}, {2, 15}}) {
      List<Double> list = List.of(values[0], values[1]);
      Axis axis = Axis.fitting(list);
      for (double value : values) {
        assertTrue(axis.share(value) >= -1e-9 && axis.share(value) <= 1 + 1e-9, axis.toString());
      }
      List<Double> ticks = axis.ticks();
      assertTrue(ticks.size() >= 2 && ticks.size() <= 8, ticks.toString());
      assertEquals(ticks.stream().distinct().sorted().toList(), ticks);
    }
    assertEquals(List.of(2.0, 4.0, 8.0, 16.0), Axis.fitting(List.of(2.0, 9.0, 16.0)).ticks());
  }
}
