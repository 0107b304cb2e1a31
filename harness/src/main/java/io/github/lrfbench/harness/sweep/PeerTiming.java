package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.peer.PeerException;
import io.github.lrfbench.harness.result.SampleRow;
import java.util.List;
import java.util.Locale;

/**
 * How fast a peer is.
 *
 * @param timing the peer's calls, and in the place of the dense model's those of our same model
 * @param difference the largest between logits of the peer and ours
 */
record PeerTiming(Timing timing, double difference) {
  /** Whose the timed calls are. */
  static final List<String> SUBJECTS = List.of(SampleRow.OWN, SampleRow.LRFBENCH);

  /** Of the largest logit, or of 1 if all are smaller: what sums in another order may differ by. */
  static final double TOLERANCE = 1e-4;

  /**
   * The largest difference of logits.
   *
   * @throws PeerException if it is too large to be rounding, or there are not as many
   */
  static double requireSame(float[] ours, float[] peers) {
    if (ours.length != peers.length) {
      throw new PeerException("the peer has " + peers.length + " logits, ours " + ours.length);
    }
    double difference = 0;
    double scale = 1;
    for (int i = 0; i < ours.length; i++) {
      // NaN stays NaN.
      difference = Math.max(difference, Math.abs((double) ours[i] - peers[i]));
      scale = Math.max(scale, Math.abs(ours[i]));
    }
    if (!(difference <= TOLERANCE * scale) || Double.isInfinite(difference)) {
      throw new PeerException(
          String.format(
              Locale.ROOT,
              "the peer computes something else: its logits differ from ours by up to %.3g, more"
                  + " than %.3g",
              difference,
              TOLERANCE * scale));
    }
    return difference;
  }
}
