package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reports of matrices that were trained. */
final class Trained {
  private Trained() {}

  /** Of all matrices of a request together: none has a time of its own. */
  static List<LayerReport> reports(
      CompressionRequest request, Map<String, Linear> trained, long start) {
    Replacement replacement = new Replacement(request);
    Diagnostics diagnostics = new Diagnostics("", Double.NaN, Double.NaN, Double.NaN, "trained");
    List<LayerReport> layers = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      Linear now = trained.get(slot.name());
      if (now != null) {
        layers.add(replacement.report(slot, now, diagnostics, start));
      }
    }
    return layers;
  }
}
