package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small sweep on CUDA says of accuracy and error what the CPU says. */
@Tag("cuda")
class CudaSweepTest {
  @TempDir private Path folder;

  @Test
  void agreesWithTheCpu() throws IOException {
    TinySweep sweep = new TinySweep(folder);
    List<RunRow> expected = sweep.run("cpu", SweepListener.NONE);
    List<RunRow> actual = sweep.run("cuda", SweepListener.NONE);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      RunRow cpu = expected.get(i);
      RunRow cuda = actual.get(i);
      assertEquals("ok", cuda.get(RunColumns.STATUS), cuda.get(RunColumns.ERROR));
      assertTrue(cuda.get(MachineColumns.DEVICE).startsWith("cuda"));
      assertEquals(cpu.get(ScoreColumns.METRIC), cuda.get(ScoreColumns.METRIC));
      assertEquals(cpu.get(SizeColumns.PARAMS), cuda.get(SizeColumns.PARAMS));
      assertTrue(cuda.get(TimeColumns.LATENCY_MS_P50) > 0);
      if (cpu.get(SizeColumns.RELATIVE_ERROR) != null) {
        assertEquals(
            cpu.get(SizeColumns.RELATIVE_ERROR), cuda.get(SizeColumns.RELATIVE_ERROR), 1e-5);
      }
    }
  }
}
