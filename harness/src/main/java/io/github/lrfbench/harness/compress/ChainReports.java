package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the steps of a chain report, as one report of every matrix. */
final class ChainReports {
  private final CompressionRequest request;
  private final Map<String, List<LayerReport>> bySlot = new HashMap<>();

  ChainReports(CompressionRequest request) {
    this.request = request;
  }

  /** Adds what a step reports. */
  void add(Compression made) {
    for (LayerReport layer : made.layers()) {
      bySlot.computeIfAbsent(layer.layer(), missing -> new ArrayList<>()).add(layer);
    }
  }

  /**
   * One report for every requested slot, for a head that a stage has changed, and before them one
   * for every table that a step is for. What several steps have changed is measured against the
   * dense model.
   *
   * @param replaced slots whose maps are others than the dense model's
   * @param again whether all of these are measured
   */
  List<LayerReport> finish(Model standing, Set<String> replaced, boolean again) {
    Map<String, Linear> now =
        standing.slots().stream().collect(Collectors.toMap(LinearSlot::name, LinearSlot::linear));
    Replacement replacement = new Replacement(request);
    List<LayerReport> layers = new ArrayList<>();
    for (LinearSlot table : request.model().tables()) {
      layers.addAll(bySlot.getOrDefault(table.name(), List.of()));
    }
    for (LinearSlot slot : request.slots()) {
      List<LayerReport> own = bySlot.getOrDefault(slot.name(), List.of());
      if (own.isEmpty()) {
        layers.add(replacement.keep(slot, "no stage is for it"));
      } else if (replaced.contains(slot.name()) && (again || own.size() > 1)) {
        if (own.size() == 1 && isElsewhere(own)) {
          layers.add(own.get(0));
          continue;
        }
        double seconds = own.stream().mapToDouble(LayerReport::seconds).sum();
        long start = System.nanoTime() - Math.round(seconds * 1e9);
        LayerReport all = replacement.report(slot, now.get(slot.name()), merged(own), start);
        layers.add(isElsewhere(own) ? all.withoutErrors() : all);
      } else {
        LayerReport last = own.get(own.size() - 1);
        // A later step's statistics are of another model than the dense one.
        layers.add(
            again || own.size() > 1 ? replacement.keep(slot, last.diagnostics().note()) : last);
      }
    }
    // A head that is the word embedding is none of the slots.
    Set<String> told =
        Stream.concat(request.model().tables().stream(), request.slots().stream())
            .map(LinearSlot::name)
            .collect(Collectors.toSet());
    bySlot.forEach(
        (name, own) -> {
          if (!told.contains(name)) {
            layers.add(own.get(own.size() - 1));
          }
        });
    return layers;
  }

  /**
   * Whether a step put a matrix in other coordinates, so that it has no distance to what it was.
   */
  private static boolean isElsewhere(List<LayerReport> own) {
    return own.stream().anyMatch(layer -> Double.isNaN(layer.error()));
  }

  /** Of several steps no error is known beforehand. */
  private static Diagnostics merged(List<LayerReport> own) {
    List<Diagnostics> all = own.stream().map(LayerReport::diagnostics).toList();
    if (all.size() == 1) {
      return all.get(0);
    }
    Diagnostics first = all.get(0);
    String algorithm =
        all.stream()
            .map(Diagnostics::algorithm)
            .filter(name -> !name.isEmpty())
            .distinct()
            .collect(Collectors.joining("+"));
    String note =
        all.stream()
            .map(Diagnostics::note)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; "));
    return new Diagnostics(algorithm, Double.NaN, first.condition(), first.ridge(), note);
  }
}
