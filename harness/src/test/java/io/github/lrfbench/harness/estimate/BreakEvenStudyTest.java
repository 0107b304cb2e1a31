package io.github.lrfbench.harness.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Holds the plot of {@code docs/studies/break-even.md} to its rows; it is written anew as {@code
 * ReferenceTablesTest} says of tables, and {@code benchmarks/studies/break-even.sh} does.
 */
class BreakEvenStudyTest {
  private static final Path ROOT = TestData.repositoryRoot();

  @Test
  void thePlotShowsTheRows() throws IOException {
    Path rows = ROOT.resolve("results/reference/break-even/kernels.csv");
    String current =
        SpeedupPlot.svg(
            ResultsCsv.KERNELS.read(rows),
            DeviceFigures.find(null, rows, Precision.FP32, new Notes()));
    Path plot = ROOT.resolve("docs/studies/break-even.svg");
    if (Boolean.getBoolean("lrfbench.update")) {
      Files.writeString(plot, current);
    }
    assertEquals(current, Files.readString(plot));
    assertTrue(
        Files.readString(ROOT.resolve("docs/studies/break-even.md")).contains("(break-even.svg)"));
  }
}
