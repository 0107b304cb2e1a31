package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.List;

/**
 * One matrix and inputs to it, without a model around them; everything lives as long as a scope.
 */
public final class MatrixCase {
  private static final String NAME = "w";

  private final Scope scope;
  private final LinearSlot slot;
  private final ActivationMoments moments;
  private final CrossMoments cross;

  private MatrixCase(Scope scope, LinearSlot slot, ActivationMoments moments, CrossMoments cross) {
    this.scope = scope;
    this.slot = slot;
    this.moments = moments;
    this.cross = cross;
  }

  /** A matrix without inputs. */
  public static MatrixCase of(Scope scope, float[] w, int outputs, int inputs) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, inputs, outputs));
    scope.device().blas().transpose(Matrix.of(scope.floats(w, outputs, inputs)), weight);
    LinearSlot slot = new LinearSlot(NAME, 0, "query", new DenseLinear(weight, null));
    return new MatrixCase(scope, slot, null, null);
  }

  /**
   * The same matrix with inputs; closed by {@link #closeMoments}.
   *
   * @param x [inputs, tokens]
   */
  public MatrixCase with(double[][] x) {
    return new MatrixCase(scope, slot, InputMoments.of(NAME, x, scope), null);
  }

  /**
   * The same matrix in a model that is compressed before it.
   *
   * @param x [inputs, tokens] in the dense model
   * @param own the same in the compressed one
   */
  public MatrixCase behind(double[][] x, double[][] own) {
    return new MatrixCase(scope, slot, null, InputMoments.cross(x, own, scope));
  }

  /** Frees the moments of the inputs. */
  public void closeMoments() {
    moments.close();
  }

  /** The slot that holds the matrix. */
  LinearSlot slot() {
    return slot;
  }

  /** What a method is asked for. */
  public DecompositionRequest request(MethodOptions options, int rank) {
    return new DecompositionRequest(
        List.of(new Target(slot, rank, false)),
        options,
        new SlotStatistics(null, moments, cross),
        scope);
  }

  /** What a method makes of the matrix. */
  public LowRankFactorization decompose(String method, int rank) {
    MethodSpec spec = MethodSpec.parse(method);
    return ((LowRankMethod) spec.compressor()).decompose(request(spec.options(), rank)).get(0);
  }

  /** The rank-r matrix of a method, [outputs, inputs], in double precision. */
  public double[][] product(String method, int rank) {
    LowRankFactors factors = decompose(method, rank).cut(rank, scope).factors();
    Matrix down = Matrices.toDouble(factors.down(), scope);
    Matrix up = Matrices.toDouble(factors.up(), scope);
    double[] flat = Matrices.product(true, up, true, down, scope).data().toDoubles();
    double[][] rows = new double[slot.linear().outputs()][];
    for (int i = 0; i < rows.length; i++) {
      int n = slot.linear().inputs();
      rows[i] = Arrays.copyOfRange(flat, i * n, (i + 1) * n);
    }
    return rows;
  }

  /** The product of a decomposition's factors of a rank, in single precision. */
  public float[] product(LowRankFactorization decomposition, int rank) {
    LowRankFactors factors = decomposition.cut(rank, scope).factors();
    Matrix product =
        Matrix.of(scope.allocate(factors.dtype(), factors.outputs(), factors.inputs()));
    factors.multiply(product);
    return product.data().toFloats();
  }

  /** What a method tells of its factors of a rank. */
  public Diagnostics diagnostics(String method, int rank) {
    return decompose(method, rank).cut(rank, scope).diagnostics();
  }

  /** The error in the method's own metric that it expects at a rank. */
  public double predictedError(String method, int rank) {
    return diagnostics(method, rank).predictedError();
  }
}
