package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.List;
import java.util.Map;

/**
 * Runs a part of a forward pass, going on from where an earlier run of it ended: as far as one of
 * its linear layers, whose input is shown. What would follow is left out, and so is what only led
 * to outputs that are known.
 */
public final class ResumedOps extends DelegatingOps {
  private final Ops ops;
  private final Run run;

  /** Receives the output of a layer that was applied. */
  @FunctionalInterface
  public interface Results {
    /**
     * A layer was applied.
     *
     * @param number of the layer
     * @param y its output, which others overwrite later
     */
    void made(int number, Matrix y);
  }

  /** What all frames of a run share. */
  private static final class Run {
    private final List<? extends Layer> layers;
    private final int end;
    private final Map<Integer, Matrix> known;
    private final ObservingOps.Observer reader;
    private final Results results;

    /** The last layer whose output is known. */
    private final int newest;

    /** The layer that was reached last. */
    private int reached = -1;

    Run(
        List<? extends Layer> layers,
        int end,
        Map<Integer, Matrix> known,
        ObservingOps.Observer reader,
        Results results) {
      this.layers = layers;
      this.end = end;
      this.known = Map.copyOf(known);
      this.reader = reader;
      this.results = results;
      this.newest = known.keySet().stream().mapToInt(number -> number).max().orElse(-1);
    }

    /** Whether nobody reads what layers make of the input that the last one was given. */
    private boolean isIdle() {
      return reached >= end || reached < newest;
    }
  }

  /**
   * Operations of a run.
   *
   * @param ops run them; closed with this
   * @param layers that the pass applies, in order
   * @param end number of the layer whose input is wanted; how many there are, to run to the end
   * @param known outputs of layers by number, not modified
   * @param reader is shown the input
   * @param results is told what layers made
   */
  public ResumedOps(
      Ops ops,
      List<? extends Layer> layers,
      int end,
      Map<Integer, Matrix> known,
      ObservingOps.Observer reader,
      Results results) {
    this(ops, new Run(layers, end, known, reader, results));
  }

  private ResumedOps(Ops ops, Run run) {
    super(ops);
    this.ops = ops;
    this.run = run;
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return ops.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new ResumedOps(ops.frame(), run);
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    int number = run.layers.indexOf(layer);
    run.reached = number;
    Matrix known = run.known.get(number);
    if (known != null) {
      y.device().blas().copy(known, y);
    } else if (run.isIdle()) {
      if (number == run.end) {
        run.reader.reads(layer, x);
      }
      y.device().gradients().clear(y);
    } else {
      super.apply(layer, x, activation, y);
      run.results.made(number, y);
    }
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
      Matrix y) {
    if (!run.isIdle()) {
      super.attention(q, k, v, segments, heads, scale, causal, y);
    }
  }

  @Override
  public void close() {
    ops.close();
  }
}
