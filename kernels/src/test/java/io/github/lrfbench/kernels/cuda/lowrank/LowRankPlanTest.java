package io.github.lrfbench.kernels.cuda.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import org.junit.jupiter.api.Test;

class LowRankPlanTest {
  private static DeviceProperties device(int multiprocessors, int sharedKilobytes) {
    return new DeviceProperties(
        "test",
        9,
        0,
        multiprocessors,
        sharedKilobytes << 10,
        sharedKilobytes + 1 << 10,
        2048,
        65536,
        50 << 20);
  }

  @Test
  void everyOutputAndInputBelongsToABlock() {
    for (DeviceProperties device :
        new DeviceProperties[] {device(132, 227), device(40, 99), device(1, 163)}) {
      for (int rows : new int[] {1, 16, 17, 1024, 1025, 8192}) {
        for (int inputs : new int[] {1, 768, 3072, 4096, 50000}) {
          for (int outputs : new int[] {1, 64, 65, 768, 4096}) {
            for (int rank : new int[] {1, 16, 64, 100, 128}) {
              LowRankPlan plan = LowRankPlan.of(rows, inputs, rank, outputs, device).orElseThrow();
              String what = plan + " of " + rows + " " + inputs + " " + rank + " " + outputs;
              assertTrue(plan.rowTiles() * plan.rows() >= rows, what);
              assertTrue((plan.rowTiles() - 1) * plan.rows() < rows, what);
              int blocks = plan.splits() * plan.groups();
              assertTrue(blocks * plan.columns() >= outputs, what);
              assertEquals(0, plan.columns() % LowRankPlan.COLUMNS, what);
              assertTrue(plan.rank() >= rank && plan.rank() < rank + 16, what);
              assertTrue(plan.sharedBytes() <= device.sharedBytesPerBlock(), what);
              assertTrue(plan.stages() >= 2, what);
              assertEquals(0, plan.depth() % (16 * plan.warps() * 16 / plan.rows()), what);
              assertTrue(plan.exchangedBytes() <= LowRankPlan.MAX_EXCHANGED_BYTES, what);
            }
          }
        }
      }
    }
  }

  @Test
  void fewRowsFillTheDeviceWithoutLeavingBlocksIdle() {
    LowRankPlan few = LowRankPlan.of(128, 768, 64, 768, device(132, 227)).orElseThrow();
    assertEquals(1, few.splits());
    assertEquals(12, few.groups());
    LowRankPlan manyInputs = LowRankPlan.of(16, 3072, 64, 768, device(132, 227)).orElseThrow();
    assertEquals(4, manyInputs.splits());
    assertEquals(3, manyInputs.groups());
    LowRankPlan many = LowRankPlan.of(8192, 3072, 64, 768, device(132, 227)).orElseThrow();
    assertEquals(1, many.splits());
    assertEquals(1, many.groups());
  }
}
