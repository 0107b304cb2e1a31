package io.github.lrfbench.kernels.ops;

/**
 * Which elements dropout keeps (Srivastava et al. 2014). It is a function of a seed and of an
 * element's number, so that the backward pass needs no mask, and the same on every device.
 *
 * @param rate share of the elements that become 0, in [0, 1)
 * @param seed of the pattern
 */
public record Dropout(double rate, long seed) {
  /** Keeps everything. */
  public static final Dropout NONE = new Dropout(0, 0);

  /** Checks the rate. */
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("a dropout rate of " + rate + " is not in [0, 1)");
    }
  }

  /** True if every element stays as it is. */
  public boolean keepsAll() {
    return rate == 0;
  }

  /** What element number {@code index} is multiplied by: 0 or 1 / (1 - rate). */
  public float factor(long index) {
    int hash = mix((int) index ^ mix((int) (index >>> 32) ^ (int) seed) ^ (int) (seed >>> 32));
    return (hash >>> 8) * 0x1p-24f < (float) rate ? 0 : (float) (1 / (1 - rate));
  }

  /**
   * Number of the element of attention's probabilities that belongs to a query, a head and a key.
   *
   * @param query row of the query among the rows of all sequences
   * @param key place of the key within its sequence
   */
  public static long attentionIndex(int query, int head, int heads, int key) {
    return ((long) query * heads + head) << 20 | key;
  }

  /** The finalizer of MurmurHash3: every bit of x changes half of the result's. */
  private static int mix(int x) {
    int h = x;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    h ^= h >>> 16;
    return h;
  }
}
