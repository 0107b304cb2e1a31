package io.github.lrfbench.harness.compress.matrix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Points by a tolerated loss. */
class PointSearchTest {
  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  @ParameterizedTest
  @CsvSource({
    "drone:tolerance=1.0001, 0.2",
    "drone:tolerance=1.02, 0.1",
    "drone:tolerance=1.02:statistics=sequential, 0.1"
  })
  void theLossGrowsByNoMoreThanIsTolerated(String method, double keep) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Keep(keep);
      Compression deepest = task.compress("drone", budget, Allocation.UNIFORM);
      Compression found = task.compress(method, budget, Allocation.UNIFORM);
      double tolerance = Double.parseDouble(MethodSpec.parse(method).options().text("tolerance"));
      double dense = ExampleLosses.mean(task.model(), task.calibrator().heldOut(60));
      double loss = ExampleLosses.mean(task.heldOutLosses(found.replacements()));
      assertTrue(loss <= tolerance * dense + 1e-6, loss + " after " + dense);
      assertEquals(task.slots().size(), found.layers().size());
      for (int i = 0; i < found.layers().size(); i++) {
        LayerReport layer = found.layers().get(i);
        assertTrue(layer.rank() >= deepest.layers().get(i).rank(), layer.layer());
        assertTrue(layer.parameters() <= layer.parametersDense(), layer.layer());
        assertTrue(
            layer.replaced() || layer.diagnostics().note().startsWith("kept dense"), layer.layer());
      }
    }
  }

  @Test
  void whatIsToleratedWithoutEndIsTheBudget() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Rank(2);
      Compression plain = task.compress("drone", budget, Allocation.UNIFORM);
      Compression found = task.compress("drone:tolerance=1000", budget, Allocation.UNIFORM);
      for (int i = 0; i < plain.layers().size(); i++) {
        assertEquals(2, found.layers().get(i).rank());
        double error = plain.layers().get(i).error();
        assertEquals(error, found.layers().get(i).error(), 1e-4 * error);
      }
    }
  }

  @Test
  void pointsRiseFromTheDeepestToBreakEven() {
    // A tenth of the parameters is rank 0.6, break-even 6; the point of rank r is r - 1.
    OperatingPoints square = RankPoints.of(12, 12);
    assertArrayEquals(new int[] {0, 1, 2, 3, 4}, PointSearch.points(square, 0));
    assertArrayEquals(new int[] {3, 4}, PointSearch.points(square, 3));
    assertArrayEquals(new int[] {4}, PointSearch.points(square, 4));
  }

  /** Codes are no fewer numbers: a fraction is one of memory. */
  @Test
  void pointsWithoutRanksAreTriedToo() {
    List<Point> points = new ArrayList<>();
    for (int width : new int[] {2, 4, 8, 16, 32}) {
      points.add(new Point(144, 144L * width, Double.NaN, 0, width + " bits"));
    }
    OperatingPoints codes = new OperatingPoints(12, 12, Double.NaN, points);
    assertArrayEquals(new int[] {0, 1, 2, 3}, PointSearch.points(codes, 0));
    assertArrayEquals(new int[] {2, 3}, PointSearch.points(codes, 2));
  }

  @Test
  void itNeedsTheLoss() {
    assertTrue(MethodSpec.parse("drone:tolerance=1.1").needs().contains(Need.LOSS));
    assertFalse(MethodSpec.parse("drone").needs().contains(Need.LOSS));
  }
}
