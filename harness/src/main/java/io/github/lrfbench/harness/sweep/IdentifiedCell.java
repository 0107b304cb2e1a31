package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;

/**
 * A cell that is run elsewhere.
 *
 * @param id the same as where it runs
 * @param model as the user names it
 * @param task its task
 * @param description what a user reads in progress
 * @param identity a row that says which cell it is, for the case that there is no other
 */
public record IdentifiedCell(
    String id, String model, String task, String description, RunRow identity) {

  static IdentifiedCell of(String id, Cell cell, RunRow.Builder row, String deviceKind) {
    // Not of this process: where a cell ran that never came back is not known.
    RunRow identity =
        row.set(MachineColumns.DEVICE, deviceKind)
            .set(MachineColumns.DEVICE_NAME, null)
            .set(MachineColumns.THREADS, null)
            .set(MachineColumns.CUDA_VERSION, null)
            .set(MachineColumns.DRIVER_VERSION, null)
            .set(MachineColumns.HOST, null)
            .set(RunColumns.STATUS, RunRow.FAILED)
            .build();
    return new IdentifiedCell(id, cell.model(), cell.task(), cell.describe(), identity);
  }

  /** The row of the cell where whatever ran it was lost. */
  public RunRow lost(String reason) {
    return identity.toBuilder().set(RunColumns.ERROR, reason).build();
  }
}
