package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The checked table of contents of a safetensors file.
 *
 * @param tensors by name, in the file's order
 * @param metadata free text by name
 */
record SafetensorsHeader(Map<String, StoredTensor> tensors, Map<String, String> metadata) {

  /**
   * Checks that the tensors tile the data: none outside, no overlap, no gap, nothing left over.
   *
   * @param dataBytes size of the file without its header
   * @throws InputException naming the tensor that does not fit
   */
  void requireTiling(Path file, long dataBytes) {
    List<StoredTensor> ordered = new ArrayList<>(tensors.values());
    ordered.sort(
        Comparator.comparingLong(StoredTensor::begin).thenComparingLong(StoredTensor::end));
    long position = 0;
    for (StoredTensor tensor : ordered) {
      String name = "tensor " + Faults.quote(tensor.name());
      if (tensor.end() > dataBytes) {
        throw Faults.of(
            file, name + " ends at byte " + tensor.end() + ", beyond the data's " + dataBytes);
      }
      if (tensor.begin() < position) {
        throw Faults.of(file, name + " overlaps the tensor before it");
      }
      if (tensor.begin() > position) {
        throw Faults.of(
            file, "there is a gap of " + (tensor.begin() - position) + " bytes before " + name);
      }
      position = tensor.end();
    }
    if (position < dataBytes) {
      throw Faults.of(file, (dataBytes - position) + " bytes follow the last tensor");
    }
  }
}
