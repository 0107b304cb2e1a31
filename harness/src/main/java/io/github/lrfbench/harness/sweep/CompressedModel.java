package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.model.Model;
import java.util.List;
import java.util.Map;

/**
 * A variant of a model, ready to be evaluated.
 *
 * @param model runs; the dense model itself for the dense variant
 * @param owned true if closing this closes the model
 * @param compression what the method did
 * @param learned from which training examples
 * @param seconds how long it took
 * @param fallbacks of the device while it was made, see {@link
 *     io.github.lrfbench.kernels.Device#fallbacks}
 */
record CompressedModel(
    Model model,
    boolean owned,
    Compression compression,
    Learned learned,
    Seconds seconds,
    Map<String, Long> fallbacks)
    implements AutoCloseable {
  /**
   * The training examples that a variant is made from.
   *
   * @param hash of all of them; null if none are read
   * @param calibration how many statistics were collected on; null if none were
   * @param heldOut how many others it was chosen by; null if none
   */
  record Learned(String hash, Long calibration, Long heldOut) {
    static final Learned NOTHING = new Learned(null, null, null);
  }

  /**
   * Where the time went.
   *
   * @param calibrate collecting statistics; 0 if another variant had done so
   * @param compress the method itself
   * @param finetune training afterwards
   */
  record Seconds(double calibrate, double compress, double finetune) {
    static final Seconds NONE = new Seconds(0, 0, 0);
  }

  /**
   * ‖all changes‖ / ‖all matrices‖ over the requested matrices, or NaN if nothing was requested.
   */
  double relativeError() {
    double error = 0;
    double norm = 0;
    for (LayerReport layer : layers()) {
      error += layer.error() * layer.error();
      norm += layer.norm() * layer.norm();
    }
    return Math.sqrt(error / norm);
  }

  List<LayerReport> layers() {
    return compression.layers();
  }

  @Override
  public void close() {
    if (owned) {
      model.close();
    }
  }
}
