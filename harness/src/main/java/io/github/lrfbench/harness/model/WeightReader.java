package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.LowRankNames;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Set;

/** Makes the parts of a model of named tensors, and counts the numbers that it reads. */
public final class WeightReader {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final WeightSource weights;
  private final Scope scope;
  private long parameters;

  /**
   * A reader.
   *
   * @param scope owns what is read
   */
  public WeightReader(WeightSource weights, Scope scope) {
    this.weights = weights;
    this.scope = scope;
  }

  /** True if there is a tensor of this name. */
  public boolean has(String name) {
    return weights.has(name);
  }

  /** The names of the tensors, as far as they were given by someone; for messages. */
  public Set<String> names() {
    return weights.names();
  }

  /** The shape of a tensor that there is. */
  public Shape shape(String name) {
    return weights.shape(name);
  }

  /** Numbers read so far. */
  public long parameters() {
    return parameters;
  }

  /** What owns the parts. */
  public Scope scope() {
    return scope;
  }

  /** A tensor of this shape. */
  public Tensor tensor(String name, long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    read(name, tensor);
    return tensor;
  }

  /** Reads into a tensor of the stored one's shape. */
  public void read(String name, Tensor target) {
    weights.read(name, target);
    parameters += target.shape().size();
  }

  /** Reads the transpose of what is stored into a matrix. */
  public void readTransposed(String name, Matrix target) {
    try (Scope scratch = scope.device().openScope()) {
      Tensor stored = scratch.allocate(DType.F32, target.cols(), target.rows());
      read(name, stored);
      scope.device().blas().transpose(Matrix.of(stored), target);
    }
  }

  /** The transpose, [cols, rows], of a matrix that is stored as [rows, cols]. */
  public Matrix transposed(String name, int rows, int cols) {
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, cols, rows));
    readTransposed(name, matrix);
    return matrix;
  }

  /** Whether a module's matrix is stored as two factors. */
  public boolean isLowRank(String module) {
    return weights.has(module + LowRankNames.UP);
  }

  /** Whether a module's matrix is stored in another form than whole. */
  public boolean isCompressed(String module) {
    return isLowRank(module) || weights.has(module + NarrowHeads.WEIGHT);
  }

  /**
   * The projection of a compressed model to the heads of an attention, with its bias.
   *
   * @param heads of the attention
   */
  public Linear projection(String module, int outputs, int inputs, int heads) {
    if (isLowRank(module)) {
      return lowRank(module, outputs, inputs, true);
    }
    String name = module + NarrowHeads.WEIGHT;
    int rows = Math.toIntExact(weights.shape(name).dim(0));
    if (rows < heads || rows > outputs || rows % heads != 0) {
      throw new InputException(
          name + " has " + rows + " rows, which are not as many for each of " + heads + " heads");
    }
    return new NarrowHeads(
        transposed(name, rows, inputs), tensor(module + BIAS, outputs), heads, outputs);
  }

  /**
   * A matrix of a compressed model as two factors.
   *
   * @param biased whether it has a bias
   */
  public Linear lowRank(String module, int outputs, int inputs, boolean biased) {
    Shape factor = weights.shape(module + LowRankNames.UP);
    if (factor.rank() != 2 || factor.dim(1) < 1) {
      throw new InputException(
          "the factor "
              + module
              + LowRankNames.UP
              + " has the shape "
              + factor
              + ", not [outputs, rank]");
    }
    long rank = factor.dim(1);
    Matrix down = Matrix.of(tensor(module + LowRankNames.DOWN, inputs, rank));
    Matrix up = transposed(module + LowRankNames.UP, outputs, Math.toIntExact(rank));
    Tensor bias = biased ? tensor(module + BIAS, outputs) : null;
    return new LowRankLinear(new LowRankFactors(down, up), bias);
  }

  /** A matrix that is stored as [outputs, inputs], with its bias. */
  public DenseLinear dense(String module, int outputs, int inputs) {
    return new DenseLinear(
        transposed(module + WEIGHT, outputs, inputs), tensor(module + BIAS, outputs));
  }

  /** A layer norm's parameters. */
  public Norm norm(String module, int width, double epsilon) {
    // Checkpoints converted from TensorFlow call the parameters gamma and beta.
    boolean old = !weights.has(module + WEIGHT) && weights.has(module + ".gamma");
    return new Norm(
        tensor(module + (old ? ".gamma" : WEIGHT), width),
        tensor(module + (old ? ".beta" : BIAS), width),
        epsilon);
  }
}
