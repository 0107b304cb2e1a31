package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Segments;

/** Runs operations by others and shows the queries and keys of every attention to an observer. */
public final class AttentionObservingOps extends WrappingOps {
  private final Observer observer;

  /**
   * What the scores of an attention are made of.
   *
   * @param q queries, [T, H]
   * @param k keys, [T, H]
   * @param segments the sequences
   * @param heads of which the columns are
   * @param scale by which the products are multiplied
   * @param causal whether a token sees itself and those before it only
   */
  public record Attended(
      Matrix q, Matrix k, Segments segments, int heads, double scale, boolean causal) {}

  /** Sees the attentions. */
  @FunctionalInterface
  public interface Observer {
    /**
     * Tokens attend to each other.
     *
     * @param attended not to be modified; lives as long as the frame that it was computed in
     */
    void attends(Attended attended);
  }

  /**
   * Observed operations.
   *
   * @param ops runs them; closed with this
   */
  public AttentionObservingOps(Ops ops, Observer observer) {
    super(ops);
    this.observer = observer;
  }

  @Override
  public Ops frame() {
    return new AttentionObservingOps(wrapped().frame(), observer);
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      double dropoutRate,
      Matrix y) {
    observer.attends(new Attended(q, k, segments, heads, scale, causal));
    super.attention(q, k, v, segments, heads, scale, causal, dropoutRate, y);
  }
}
