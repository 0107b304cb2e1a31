package io.github.lrfbench.harness.compress.lowrank.elementwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementwiseMethodsTest {
  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tfwsvd:select=all",
        "tfwsvd:select=all:optimizer=als",
        "tfwsvd:select=all:optimizer=adam",
        "tfwsvd:select=all:optimizer=em",
        "wlra",
        "wlra:optimizer=anderson",
        "wlra:optimizer=nesterov",
        "wlra:optimizer=em",
        "wlra:optimizer=cg"
      })
  void isNeverWorseThanSvdAndFwsvdInItsOwnMeasure(String method) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Compression compression = task.compress(method, new Budget.Rank(3), Allocation.UNIFORM);
      for (LayerReport layer : compression.layers()) {
        Scanner note = new Scanner(layer.diagnostics().note()).useLocale(Locale.ROOT);
        note.useDelimiter("[^0-9.E+-]+");
        double reached = note.nextDouble();
        int steps = note.nextInt();
        double svd = note.nextDouble();
        double fwsvd = note.nextDouble();
        assertTrue(steps >= 1 && reached <= Math.min(svd, fwsvd), layer.toString());
        assertTrue(layer.error() < layer.norm());
        assertEquals(3, layer.rank());
      }
    }
  }

  /** Half of the matrices is left to FWSVD, to the last bit. */
  @Test
  void onlyMatricesOfHighVariationAreSolvedByIteration() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Compression hybrid = task.compress("tfwsvd", new Budget.Rank(3), Allocation.UNIFORM);
      Compression fwsvd = task.compress("fwsvd", new Budget.Rank(3), Allocation.UNIFORM);
      int same = 0;
      for (int i = 0; i < hybrid.layers().size(); i++) {
        boolean solved = hybrid.layers().get(i).diagnostics().algorithm().equals("lbfgs");
        same += solved ? 0 : 1;
        if (!solved) {
          assertEquals(fwsvd.layers().get(i).error(), hybrid.layers().get(i).error());
        }
      }
      assertEquals(hybrid.layers().size() / 2, same);
    }
  }
}
