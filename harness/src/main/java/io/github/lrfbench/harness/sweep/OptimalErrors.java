package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The smallest errors that matrices of given ranks can have (Eckart and Young 1936), by the
 * singular values of a model's matrices. These are computed once for all cells that ask.
 */
final class OptimalErrors {
  /** So many numbers are worked on at once. */
  private static final long CHUNK = 1L << 25;

  private final Model dense;
  private final Map<String, Spectrum> spectra = new HashMap<>();

  /** Of a model's matrices. */
  OptimalErrors(Model dense) {
    this.dense = dense;
  }

  /**
   * The errors of those matrices that have a rank and a distance to what they were, whatever method
   * made them: 0 of a full rank.
   *
   * @return by the matrix's name
   */
  Map<String, Double> of(List<LayerReport> layers) {
    List<LayerReport> ranked =
        layers.stream()
            .filter(layer -> layer.rank() > 0)
            .filter(layer -> Double.isFinite(layer.error()) && Double.isFinite(layer.norm()))
            .toList();
    find(
        ranked.stream()
            .filter(layer -> !isFull(layer))
            .map(LayerReport::layer)
            .collect(Collectors.toCollection(HashSet::new)));
    return ranked.stream()
        .collect(
            Collectors.toMap(
                LayerReport::layer,
                layer -> isFull(layer) ? 0 : spectra.get(layer.layer()).tail(layer.rank())));
  }

  private static boolean isFull(LayerReport layer) {
    return layer.rank() >= Math.min(layer.rows(), layer.cols());
  }

  private void find(Set<String> names) {
    names.removeAll(spectra.keySet());
    if (dense instanceof CausalModel causal && names.contains(causal.headModule())) {
      // A head that is the word embedding is a slot only where it is asked for.
      try (Model whole = causal.withHeadSlot()) {
        find(names, whole.slots());
      }
    } else {
      find(names, dense.slots());
    }
  }

  private void find(Set<String> names, List<LinearSlot> slots) {
    List<LinearSlot> chunk = new ArrayList<>();
    long numbers = 0;
    for (LinearSlot slot : Stream.concat(dense.tables().stream(), slots.stream()).toList()) {
      if (names.contains(slot.name())) {
        Linear linear = slot.linear();
        chunk.add(slot);
        numbers += (long) linear.outputs() * linear.inputs();
        if (numbers > CHUNK) {
          decompose(chunk);
          chunk.clear();
          numbers = 0;
        }
      }
    }
    decompose(chunk);
  }

  private void decompose(List<LinearSlot> slots) {
    try (Scope scratch = dense.device().openScope()) {
      List<Matrix> matrices = slots.stream().map(slot -> SlotMatrix.of(slot, scratch)).toList();
      List<Spectrum> values =
          new TruncatedSvd(dense.device(), SvdOptions.DEFAULT)
              .singularValues(matrices, SvdProgress.NONE);
      for (int i = 0; i < slots.size(); i++) {
        spectra.put(slots.get(i).name(), values.get(i));
      }
    }
  }
}
