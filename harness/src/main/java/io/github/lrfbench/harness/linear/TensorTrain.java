package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A linear map stored as a tensor train of d cores, a TT-matrix (Oseledets 2011; Novikov et al.
 * 2015): outputs i = (i₁, ..., i_d) of modes m₁ ... m_d and inputs j of n₁ ... n_d, the first
 * slowest, W[i, j] = G₁[i₁, j₁] ... G_d[i_d, j_d] with matrices Gₖ[iₖ, jₖ] of [rₖ₋₁, rₖ], r₀ = r_d
 * = 1.
 *
 * <p>An input meets the cores from the last to the first, without W; where W itself takes fewer
 * operations for a call's rows, it is multiplied out for that call.
 *
 * @param modes [mₖ, nₖ] of every core
 * @param cores of core k a matrix [nₖ rₖ, rₖ₋₁ mₖ], element (j rₖ + b, a mₖ + i) being Gₖ[i, j][a,
 *     b]
 * @param bias [outputs], or null for none
 */
public record TensorTrain(List<int[]> modes, List<Matrix> cores, Tensor bias) implements Linear {
  private static final int USUAL_ROWS = 128;

  /** Checks that the cores fit. */
  public TensorTrain {
    modes = List.copyOf(modes);
    cores = List.copyOf(cores);
    int rank = 1;
    boolean fits = modes.size() == cores.size() && !cores.isEmpty();
    for (int k = cores.size() - 1; fits && k >= 0; k--) {
      int m = modes.get(k)[0];
      int n = modes.get(k)[1];
      fits = m > 0 && n > 0 && cores.get(k).rows() == n * rank && cores.get(k).cols() % m == 0;
      rank = fits ? cores.get(k).cols() / m : 0;
    }
    if (!fits || rank != 1) {
      throw new IllegalArgumentException("cores that make no train");
    }
  }

  private int m(int core) {
    return modes.get(core)[0];
  }

  private int n(int core) {
    return modes.get(core)[1];
  }

  /** rₖ₋₁ of core k, from 0. */
  private int rank(int core) {
    return cores.get(core).cols() / m(core);
  }

  @Override
  public int inputs() {
    return modes.stream().mapToInt(mode -> mode[1]).reduce(1, Math::multiplyExact);
  }

  @Override
  public int outputs() {
    return modes.stream().mapToInt(mode -> mode[0]).reduce(1, Math::multiplyExact);
  }

  @Override
  public String form() {
    return "tt-matrix";
  }

  @Override
  public String label() {
    int[] ranks = new int[cores.size() - 1];
    for (int k = 0; k < ranks.length; k++) {
      ranks[k] = rank(k + 1);
    }
    return label(modes, ranks);
  }

  /**
   * What a reader calls a train.
   *
   * @param ranks between the cores
   */
  public static String label(List<int[]> modes, int[] ranks) {
    StringBuilder label = new StringBuilder();
    for (int[] mode : modes) {
      label.append(label.isEmpty() ? "" : "-").append(mode[0]).append('x').append(mode[1]);
    }
    for (int k = 0; k < ranks.length; k++) {
      label.append(k == 0 ? ", r=" : ",").append(ranks[k]);
    }
    return label.toString();
  }

  @Override
  public long parameters() {
    return cores.stream().mapToLong(core -> (long) core.rows() * core.cols()).sum();
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }

  @Override
  public DType dtype() {
    return cores.get(0).dtype();
  }

  /** Those of a call of 128 rows, a row: what is done once for all of them has a share in it. */
  @Override
  public long flopsPerRow() {
    long products = Math.min(ofSteps(USUAL_ROWS), ofWhole(USUAL_ROWS));
    return 2 * products / USUAL_ROWS;
  }

  /**
   * Multiplications for one input vector, core by core.
   *
   * @param ranks r₀ to r_d
   */
  public static long products(List<int[]> modes, int[] ranks) {
    long sum = 0;
    long read = 1;
    for (int[] mode : modes) {
      read *= mode[1];
    }
    long written = 1;
    for (int k = modes.size() - 1; k >= 0; k--) {
      int[] mode = modes.get(k);
      read /= mode[1];
      sum += read * written * mode[1] * ranks[k + 1] * ranks[k] * mode[0];
      written *= mode[0];
    }
    return sum;
  }

  private long ofSteps(long rows) {
    int[] ranks = new int[cores.size() + 1];
    for (int k = 0; k < cores.size(); k++) {
      ranks[k] = rank(k);
    }
    ranks[cores.size()] = 1;
    return rows * products(modes, ranks);
  }

  private long ofWhole(long rows) {
    long size = (long) m(0) * n(0);
    long sum = rows * inputs() * outputs();
    for (int k = 1; k < cores.size(); k++) {
      sum += size * cores.get(k).rows() * cores.get(k).cols();
      size *= (long) m(k) * n(k);
    }
    return sum;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      if (ofWhole(x.rows()) < ofSteps(x.rows())) {
        frame.linear(x, false, whole(frame), bias, activation, y);
      } else {
        inSteps(frame, x, activation, y);
      }
    }
  }

  private void inSteps(Ops ops, Matrix x, Activation activation, Matrix y) {
    int rows = x.rows();
    Matrix now = packed(ops, x);
    for (int k = cores.size() - 1; k >= 0; k--) {
      Matrix core = cores.get(k);
      // [M N, n r] to [M N, r' m] to [m, M N, r'].
      int outer = now.cols() / core.rows();
      int width = outer * core.cols();
      boolean turns = m(k) > 1 && width > m(k);
      boolean last = k == 0 && !turns && y.isContiguous();
      Matrix product = last ? y : allocate(ops, rows, width);
      ops.linear(
          now.reshape(rows * outer, core.rows()),
          false,
          core,
          null,
          Activation.NONE,
          product.reshape(rows * outer, core.cols()));
      now = product;
      if (turns) {
        now = k == 0 ? y : allocate(ops, rows, width);
        ops.swapAxes(product, width / m(k), m(k), now);
      } else if (k == 0 && !last) {
        ops.swapAxes(product, 1, width, y);
      }
    }
    if (bias != null || activation != Activation.NONE) {
      ops.biasActivation(y, bias, activation);
    }
  }

  private Matrix packed(Ops ops, Matrix x) {
    if (x.isContiguous()) {
      return x;
    }
    Matrix packed = allocate(ops, x.rows(), x.cols());
    ops.swapAxes(x, 1, x.cols(), packed);
    return packed;
  }

  /** Wᵀ [inputs, outputs]. */
  private Matrix whole(Ops ops) {
    // [J r, I] of the cores so far, J and I being their inputs and outputs.
    Matrix now = cores.get(0);
    int read = n(0);
    int written = m(0);
    for (int k = 1; k < cores.size(); k++) {
      Matrix core = cores.get(k);
      int rank = rank(k);
      Matrix left = turned(ops, now, read, rank, written);
      Matrix right = turned(ops, core, 1, core.rows(), core.cols());
      int inner = core.rows() * m(k);
      Matrix product = allocate(ops, read * written, inner);
      ops.linear(
          left.reshape(read * written, rank),
          false,
          right.reshape(rank, inner),
          null,
          Activation.NONE,
          product);
      now = turned(ops, product, read, written * m(k), core.rows());
      read *= n(k);
      written *= m(k);
    }
    return now.reshape(read, written);
  }

  /** [rows, a, b] as [rows, b, a]. */
  private Matrix turned(Ops ops, Matrix x, int rows, int a, int b) {
    if (a == 1 || b == 1) {
      return x;
    }
    Matrix turned = allocate(ops, rows, a * b);
    ops.swapAxes(x.reshape(rows, a * b), a, b, turned);
    return turned;
  }

  private Matrix allocate(Ops ops, int rows, int cols) {
    return Matrix.of(ops.allocate(dtype(), rows, cols));
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return List.of(scope -> DenseLinear.expansion(this, scope));
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope();
        Ops ops = new EagerOps(device)) {
      device.blas().transpose(copyTo(scratch, DType.F32).whole(ops), target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    for (int k = 0; k < cores.size(); k++) {
      weights.add(new Parameter(name + TensorTrainFormat.CORE + k, cores.get(k), Storage.MATRIX));
    }
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    ArrayNode told = constants.putObject(name).putArray(TensorTrainFormat.MODES);
    modes.forEach(mode -> told.addArray().add(mode[0]).add(mode[1]));
  }

  @Override
  public TensorTrain withBias(Tensor other) {
    return new TensorTrain(modes, cores, other);
  }

  @Override
  public TensorTrain copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public TensorTrain copyTo(Scope scope, DType dtype) {
    return new TensorTrain(
        modes,
        cores.stream().map(core -> Copies.of(core, scope, dtype)).toList(),
        Copies.of(bias, scope, dtype));
  }
}
