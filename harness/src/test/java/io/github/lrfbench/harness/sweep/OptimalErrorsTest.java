package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptimalErrorsTest {
  @TempDir private Path folder;

  /** That of SVD, measured number by number; no method errs less. */
  @Test
  void errorsAreThoseOfTheBestMatrixOfARank() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      OptimalErrors optimal = new OptimalErrors(task.model());
      int larger = 0;
      for (String method : List.of("svd", "drone", "laser:search=all", "fwsvd+bias", "svd+int8")) {
        List<LayerReport> layers =
            task.compress(method, new Budget.Rank(3), Allocation.UNIFORM).layers();
        Map<String, Double> errors = optimal.of(layers);
        for (LayerReport layer : layers) {
          assertEquals(layer.rank() > 0, errors.containsKey(layer.layer()), layer.toString());
          if (layer.rank() > 0) {
            double least = errors.get(layer.layer());
            assertTrue(layer.error() >= least - 1e-6 * layer.norm(), layer.toString());
            larger += layer.error() > 1.01 * least ? 1 : 0;
            if (method.equals("svd")) {
              assertTrue(least > 0);
              assertEquals(least, layer.error(), 1e-6 * layer.norm(), layer.toString());
            }
          }
        }
      }
      assertTrue(larger > 10, "all methods are optimal?");
    }
  }

  @Test
  void theyAreOfMatricesWithARankAndADistance() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      OptimalErrors optimal = new OptimalErrors(task.model());
      List<LayerReport> dense =
          task.compress("svd", new Budget.Rank(1000), Allocation.UNIFORM).layers();
      assertEquals(dense.size(), optimal.of(dense).size());
      optimal.of(dense).values().forEach(error -> assertEquals(0.0, error));
      for (String method : List.of("kronecker", "int8")) {
        List<LayerReport> layers =
            task.compress(method, new Budget.Bits(10), Allocation.UNIFORM).layers();
        assertTrue(layers.stream().anyMatch(LayerReport::replaced));
        assertEquals(
            layers.stream().filter(layer -> layer.rank() > 0).count(), optimal.of(layers).size());
      }
      // Queries and keys in other coordinates have a rank, but no error.
      List<LayerReport> joint =
          task.compress("drone:attention=joint", new Budget.Keep(0.5), Allocation.UNIFORM).layers();
      Map<String, Double> errors = optimal.of(joint);
      assertTrue(joint.stream().anyMatch(layer -> Double.isNaN(layer.error())));
      for (LayerReport layer : joint) {
        assertEquals(!Double.isNaN(layer.error()), errors.containsKey(layer.layer()));
      }
      assertFalse(errors.isEmpty());
    }
  }
}
