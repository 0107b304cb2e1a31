package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.cuda.emulator.EmulatedNvml;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of a GPU hold the energy that NVML counts and what else went on. The emulated NVML counts 50
 * mJ whenever it is read, which is after every call.
 */
@EmulatorTest
class CudaEnergyTest {
  @TempDir private Path folder;

  @Test
  void rowsHoldEnergyAndWhatElseWentOn() throws IOException {
    List<String> notes = new ArrayList<>();
    List<RunRow> rows;
    try (EmulatedNvml nvml = EmulatedNvml.ofNow()) {
      nvml.set("energy", 0).set("energy_step_mj", 50).set("used_bytes", 5L << 30);
      nvml.set("other_processes", 2).set("reason_bits", 0x4 | 0x1).set("clock_mhz", 1755);
      rows = run(notes);
    }
    assertEquals(2, rows.size());
    for (RunRow row : rows) {
      assertEquals("ok", row.get(RunColumns.STATUS), row.get(RunColumns.ERROR));
      assertEquals(0.05 / 32, row.get(TimeColumns.ENERGY_J_PER_EXAMPLE), 1e-9);
      assertEquals(0.05 / 32, row.get(TimeColumns.ENERGY_J_PER_EXAMPLE_DENSE), 1e-9);
      assertEquals("nvml", row.get(TimeColumns.ENERGY_SOURCE));
      assertEquals(5L << 30, row.get(MachineColumns.DEVICE_MEMORY_BYTES));
      assertEquals(1755, row.get(MachineColumns.CLOCK_MHZ));
      assertEquals("power cap", row.get(MachineColumns.THROTTLED));
      assertEquals(2, row.get(MachineColumns.FOREIGN_PROCESSES));
      assertTrue(row.get(MachineColumns.LOAD_AVERAGE) >= 0);
      assertEquals(
          512 << 20,
          ((Number) row.get(RunColumns.EXTRA).get("device_memory_bytes_process")).longValue());
    }
    assertEquals(1, notes.stream().filter(line -> line.contains("cuda:0 was slowed down")).count());
    assertEquals(1, notes.stream().filter(line -> line.contains("2 other processes")).count());
  }

  @Test
  void withoutACounterTheCellsAreEmpty() throws IOException {
    List<RunRow> rows;
    try (EmulatedNvml nvml = EmulatedNvml.ofNow()) {
      for (String function : List.of("memory", "clock", "reasons", "processes")) {
        nvml.set(function, 3);
      }
      rows = run(new ArrayList<>());
    }
    for (RunRow row : rows) {
      assertEquals("ok", row.get(RunColumns.STATUS), row.get(RunColumns.ERROR));
      for (Column<?> column :
          List.of(
              TimeColumns.ENERGY_J_PER_EXAMPLE,
              TimeColumns.ENERGY_J_PER_EXAMPLE_DENSE,
              TimeColumns.ENERGY_SOURCE,
              MachineColumns.DEVICE_MEMORY_BYTES,
              MachineColumns.CLOCK_MHZ,
              MachineColumns.THROTTLED,
              MachineColumns.FOREIGN_PROCESSES,
              MachineColumns.HANDOVER_NS)) {
        assertNull(row.get(column), column.name());
      }
    }
  }

  private List<RunRow> run(List<String> notes) throws IOException {
    return new TinySweep(folder)
        .run(
            "cuda",
            new SweepListener() {
              @Override
              public void note(String line) {
                notes.add(line);
              }
            });
  }
}
