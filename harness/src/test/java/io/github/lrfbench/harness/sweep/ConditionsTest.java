package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.lrfbench.harness.measure.MachineState;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.DeviceState;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static RunRow row(OptionalDouble load, DeviceState device) {
    RunRow.Builder row =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "r")
            .set(RunColumns.CELL_ID, "c")
            .set(RunColumns.STATUS, RunRow.OK);
    new Conditions(Conditions.Energy.NONE, new MachineState(load, 8, device)).applyTo(row);
    return row.build();
  }

  @Test
  void whatIsKnownIsInTheRow() {
    DeviceState state =
        new DeviceState(
            OptionalLong.of(7),
            OptionalLong.of(3),
            OptionalDouble.of(2600),
            new TreeSet<>(Set.of("thermal", "power cap")),
            OptionalInt.of(2),
            OptionalDouble.of(251.5));
    RunRow row = row(OptionalDouble.of(0.25), state);
    assertEquals(7, row.get(MachineColumns.DEVICE_MEMORY_BYTES));
    assertEquals(0.25, row.get(MachineColumns.LOAD_AVERAGE));
    assertEquals(2600, row.get(MachineColumns.CLOCK_MHZ));
    assertEquals("power cap, thermal", row.get(MachineColumns.THROTTLED));
    assertEquals(2, row.get(MachineColumns.FOREIGN_PROCESSES));
    assertEquals(251.5, row.get(MachineColumns.HANDOVER_NS));
  }

  @Test
  void whatIsNotKnownIsEmpty() {
    RunRow row = row(OptionalDouble.empty(), DeviceState.UNKNOWN);
    assertNull(row.get(MachineColumns.LOAD_AVERAGE));
    assertNull(row.get(MachineColumns.THROTTLED));
    assertNull(row.get(MachineColumns.HANDOVER_NS));
  }
}
