package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SizeColumns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the selected matrices of a cell take, as its model stores them: a method makes its forms in
 * single precision, whatever the model's type is.
 *
 * @param parametersDense numbers before
 * @param parameters numbers now
 * @param before how each was stored
 * @param now how each is stored
 */
record MatrixCounts(
    long parametersDense, long parameters, List<Storage> before, List<Storage> now) {
  /** Those of a compressed model, or all of the dense model where nothing was compressed. */
  static MatrixCounts of(Model dense, CompressedModel compressed) {
    List<LayerReport> layers = compressed.layers();
    if (layers.isEmpty()) {
      long numbers = dense.slots().stream().mapToLong(slot -> slot.linear().parameters()).sum();
      List<Storage> all = dense.slots().stream().map(slot -> Storage.of(slot.linear())).toList();
      return new MatrixCounts(numbers, numbers, all, all);
    }
    Map<String, Storage> whole = stored(dense);
    Map<String, Storage> stored = stored(compressed.model());
    List<Storage> before = new ArrayList<>();
    List<Storage> now = new ArrayList<>();
    for (LayerReport layer : layers) {
      before.add(whole.getOrDefault(layer.layer(), layer.before()));
      now.add(stored.getOrDefault(layer.layer(), layer.now()));
    }
    return new MatrixCounts(
        layers.stream().mapToLong(LayerReport::parametersDense).sum(),
        layers.stream().mapToLong(LayerReport::parameters).sum(),
        before,
        now);
  }

  /** How a model stores its matrices and tables, by name. */
  static Map<String, Storage> stored(Model model) {
    Map<String, Storage> stored = new HashMap<>();
    Stream.concat(model.tables().stream(), model.slots().stream())
        .forEach(slot -> stored.put(slot.name(), Storage.of(slot.linear())));
    return stored;
  }

  void applyTo(RunRow.Builder row) {
    row.set(SizeColumns.LINEAR_PARAMS_DENSE, parametersDense)
        .set(SizeColumns.LINEAR_PARAMS, parameters)
        .set(SizeColumns.LINEAR_RATIO, (double) parameters / parametersDense)
        .set(SizeColumns.LINEAR_BYTES_DENSE, bytes(before))
        .set(SizeColumns.LINEAR_BYTES, bytes(now))
        .set(SizeColumns.BITS_PER_WEIGHT, (double) bits(now) / parametersDense)
        .set(SizeColumns.FORMS, forms());
  }

  private static long bits(List<Storage> all) {
    return all.stream().mapToLong(Storage::bits).sum();
  }

  private static long bytes(List<Storage> all) {
    return (bits(all) + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Forms with the number of matrices in each, the most frequent first, then by name. */
  private String forms() {
    Map<String, Long> counts =
        now.stream()
            .collect(Collectors.groupingBy(Storage::form, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .map(form -> form.getKey() + ":" + form.getValue())
        .collect(Collectors.joining("|"));
  }
}
