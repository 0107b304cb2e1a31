package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * A map that shares a {@link Basis} with others of its model. One of them counts and stores it, so
 * that sums over maps are right.
 */
public interface Sharer extends Linear {
  /** What is shared. */
  Basis basis();

  /** Whether it is this map that counts and stores the basis. */
  boolean holder();

  /** What is this map's alone. */
  Matrix own();

  /** The same map with a basis of the same sizes in other memory. */
  Sharer withBasis(Basis other, boolean holds);

  /**
   * The map of the same basis with other numbers of its own.
   *
   * @param other may be of another width, and the map then is
   */
  Sharer withOwn(Matrix other, Tensor bias);

  /** Whether outputs that stand side by side have their own numbers in columns, not in rows. */
  boolean joinsColumns();

  /** Whether outputs of this map and of one of the same basis may stand side by side in one map. */
  default boolean joins(Sharer other) {
    return true;
  }

  /** The map of all that maps of one basis have side by side. */
  default Linear joined(Matrix all, Tensor bias) {
    return withOwn(all, bias);
  }
}
