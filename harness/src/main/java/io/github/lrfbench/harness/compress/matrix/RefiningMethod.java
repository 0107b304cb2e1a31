package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A stage that improves what earlier stages have put in the place of matrices, block by block, with
 * moments of the inputs in the model in which the blocks before are refined and the matrices of the
 * block itself are the original ones. The option {@code tokens} says over which tokens.
 */
public abstract class RefiningMethod implements Compressor {
  private final Refinement refinement;

  /** A stage. */
  protected RefiningMethod(Refinement refinement) {
    this.refinement = refinement;
  }

  @Override
  public Takes takes() {
    return Takes.ALL;
  }

  @Override
  public Compression compress(CompressionRequest asked) {
    CompressionRequest request = asked.over(MatrixMethod.tokens(asked.options()));
    Map<String, LinearSlot> whole = new HashMap<>();
    request.reference().slots().forEach(slot -> whole.put(slot.name(), slot));
    Map<Integer, List<LinearSlot>> blocks =
        request.slots().stream()
            .filter(slot -> slot.linear() != whole.get(slot.name()).linear())
            .filter(slot -> MatrixErrors.areComparable(whole.get(slot.name()), slot.linear()))
            .collect(Collectors.groupingBy(LinearSlot::layer, TreeMap::new, Collectors.toList()));
    Map<String, Linear> refined = new HashMap<>();
    List<LayerReport> layers = new ArrayList<>();
    Replacement replacement = new Replacement(request);
    for (List<LinearSlot> block : blocks.values()) {
      Set<String> names = new HashSet<>();
      block.forEach(slot -> names.add(slot.name()));
      Map<String, Linear> before = new HashMap<>(refined);
      names.forEach(name -> before.put(name, whole.get(name).linear()));
      try (Model model = request.model().with(before);
          ActivationMoments moments = request.statistics().momentsIn(model, names);
          Scope scratch = request.scope().device().openScope()) {
        for (LinearSlot slot : block) {
          long start = System.nanoTime();
          Linear map =
              refinement.refine(
                  whole.get(slot.name()), slot.linear(), moments.of(slot.name()), scratch);
          if (map != slot.linear()) {
            Linear stored = map.copyTo(request.scope(), DType.F32);
            refined.put(slot.name(), stored);
            layers.add(replacement.report(slot, stored, note(), start));
          }
        }
      }
    }
    return new Compression(Map.copyOf(refined), layers, request.options().values());
  }

  private Diagnostics note() {
    return new Diagnostics("", Double.NaN, Double.NaN, Double.NaN, info().name());
  }
}
