package io.github.lrfbench.harness.generate;

import java.util.List;

/** The search for the continuation of one prompt. */
interface Search {
  /**
   * A text that is followed on.
   *
   * @param source which of the texts before it goes on
   * @param token by which one
   */
  record Extension(int source, int token) {}

  /**
   * Goes on by a token.
   *
   * @param logits of what follows each text that is followed: at first the prompt alone, then those
   *     of the last step, in their order; may be modified
   * @return the texts to follow now; empty if the search is over
   */
  List<Extension> step(float[][] logits);

  /** The tokens of the continuation, when the search is over; a last one that ends it included. */
  int[] result();
}
