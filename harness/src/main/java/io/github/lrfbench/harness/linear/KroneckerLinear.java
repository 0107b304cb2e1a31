package io.github.lrfbench.harness.linear;

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
 * A linear map stored as a sum of R Kronecker products, W = Σₖ Aₖ ⊗ Bₖ, with Aₖ of [m1, n1] and Bₖ
 * of [m2, n2]: W[i1 m2 + i2, j1 n2 + j2] = Σₖ Aₖ[i1, j1] Bₖ[i2, j2]. An input is a matrix X of [n1,
 * n2] row by row, and Σₖ Aₖ X Bₖᵀ is its output. All terms go through one product with the B and
 * one with the A, in the order that takes fewer operations.
 *
 * @param a [n1, R, m1]: element (j1, k, i1) is Aₖ[i1, j1]
 * @param b [n2, R, m2]: element (j2, k, i2) is Bₖ[i2, j2]
 * @param bias [outputs], or null for none
 */
public record KroneckerLinear(Tensor a, Tensor b, Tensor bias) implements Table {
  /** Checks that there are as many A as B. */
  public KroneckerLinear {
    if (a.shape().rank() != 3 || b.shape().rank() != 3 || dim(a, 1) != dim(b, 1)) {
      throw new IllegalArgumentException(
          "factors of " + a.shape() + " and " + b.shape() + " are no Kronecker products");
    }
  }

  private static int dim(Tensor tensor, int number) {
    return Math.toIntExact(tensor.shape().dim(number));
  }

  /** What a reader calls a sum of Kronecker products of these sizes. */
  public static String label(int m1, int n1, int m2, int n2, int terms) {
    return m1 + "x" + n1 + " (x) " + m2 + "x" + n2 + ", R=" + terms;
  }

  /** R. */
  public int terms() {
    return dim(a, 1);
  }

  @Override
  public int inputs() {
    return dim(a, 0) * dim(b, 0);
  }

  @Override
  public int outputs() {
    return dim(a, 2) * dim(b, 2);
  }

  @Override
  public boolean takesTimeBySize() {
    return true;
  }

  @Override
  public String form() {
    return "kronecker";
  }

  @Override
  public String label() {
    return label(dim(a, 2), dim(a, 0), dim(b, 2), dim(b, 0), terms());
  }

  @Override
  public long parameters() {
    return a.shape().size() + b.shape().size();
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }

  @Override
  public DType dtype() {
    return a.dtype();
  }

  @Override
  public long flopsPerRow() {
    return Math.min(flops(a, b), flops(b, a));
  }

  /** Operations for an input that meets one of the factors first. */
  private static long flops(Tensor first, Tensor then) {
    long ofFirst = dim(then, 0) * first.shape().size();
    long ofThen = dim(first, 2) * then.shape().size();
    return 2 * (ofFirst + ofThen);
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    int rows = x.rows();
    int width = outputs();
    try (Ops frame = ops.frame()) {
      boolean fused = dim(b, 2) == 1 || y.isContiguous() && dim(a, 2) == 1;
      if (flops(a, b) < flops(b, a)) {
        Matrix turned = swapped(frame, x, dim(a, 0), dim(b, 0));
        if (y.isContiguous() || dim(a, 2) == 1) {
          products(frame, turned, a, b, y);
        } else {
          Matrix own = allocate(frame, x, rows, width);
          products(frame, turned, a, b, own);
          frame.swapAxes(own, 1, width, y);
        }
      } else if (fused) {
        products(frame, packed(frame, x), b, a, y);
      } else {
        Matrix own = allocate(frame, x, rows, width);
        products(frame, packed(frame, x), b, a, own);
        frame.swapAxes(own, dim(b, 2), dim(a, 2), y);
      }
      if (bias != null || activation != Activation.NONE) {
        frame.biasActivation(y, bias, activation);
      }
    }
  }

  /**
   * Multiplies by one of the factors, then by the other.
   *
   * @param x [T, I' I], I being what the first reads
   * @param y [T, O O'], O being what the first gives
   */
  private void products(Ops ops, Matrix x, Tensor first, Tensor then, Matrix y) {
    int rows = x.rows();
    int inner = dim(then, 0);
    int outer = dim(first, 2);
    int terms = terms();
    Matrix middle = allocate(ops, x, rows, inner * terms * outer);
    ops.linear(
        reshaped(x, rows * inner, dim(first, 0)),
        false,
        matrix(first, dim(first, 0)),
        null,
        Activation.NONE,
        reshaped(middle, rows * inner, terms * outer));
    ops.linear(
        reshaped(swapped(ops, middle, inner * terms, outer), rows * outer, inner * terms),
        false,
        matrix(then, inner * terms),
        null,
        Activation.NONE,
        reshaped(y, rows * outer, dim(then, 2)));
  }

  /** A factor as a matrix of so many rows. */
  private static Matrix matrix(Tensor factor, int rows) {
    return Matrix.of(factor).reshape(rows, Math.toIntExact(factor.shape().size() / rows));
  }

  private static Matrix reshaped(Matrix x, int rows, int cols) {
    return x.rows() == rows ? x : x.reshape(rows, cols);
  }

  private static Matrix allocate(Ops ops, Matrix like, int rows, int cols) {
    return Matrix.of(ops.allocate(like.dtype(), rows, cols));
  }

  private static Matrix packed(Ops ops, Matrix x) {
    return swapped(ops, x, 1, x.cols());
  }

  /** {@link Ops#swapAxes} to a matrix without gaps, where anything is to be done for it. */
  private static Matrix swapped(Ops ops, Matrix x, int first, int second) {
    if (x.isContiguous() && (first == 1 || second == 1)) {
      return x;
    }
    Matrix y = allocate(ops, x, x.rows(), x.cols());
    ops.swapAxes(x, first, second, y);
    return y;
  }

  /** Where every word has rows of its own in A: they meet B when they are looked up. */
  @Override
  public Table table() {
    return bias == null && dim(b, 0) == 1 ? this : null;
  }

  @Override
  public void lookUp(Ops ops, Tensor ids, Matrix y) {
    int terms = terms();
    int parts = dim(a, 2);
    try (Ops frame = ops.frame()) {
      Matrix rows = allocate(frame, y, y.rows(), terms * parts);
      frame.embed(ids, matrix(a, dim(a, 0)), null, null, null, null, rows);
      frame.linear(
          reshaped(swapped(frame, rows, terms, parts), y.rows() * parts, terms),
          false,
          matrix(b, terms),
          null,
          Activation.NONE,
          reshaped(y, y.rows() * parts, dim(b, 2)));
    }
  }

  @Override
  public long lookUpFlops() {
    return 2L * terms() * outputs();
  }

  @Override
  public void score(Ops ops, Matrix x, Matrix y) {
    int terms = terms();
    int parts = dim(a, 2);
    try (Ops frame = ops.frame()) {
      Matrix middle = allocate(frame, x, x.rows(), parts * terms);
      frame.linear(
          reshaped(x, x.rows() * parts, dim(b, 2)),
          true,
          matrix(b, terms),
          null,
          Activation.NONE,
          reshaped(middle, x.rows() * parts, terms));
      Matrix turned = swapped(frame, middle, parts, terms);
      frame.linear(turned, true, matrix(a, dim(a, 0)), null, Activation.NONE, y);
    }
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return List.of(scope -> DenseLinear.expansion(this, scope));
  }

  @Override
  public void materialize(Device device, Matrix target) {
    int n1 = dim(a, 0);
    int n2 = dim(b, 0);
    int m1 = dim(a, 2);
    int m2 = dim(b, 2);
    try (Scope scratch = device.openScope()) {
      Matrix left = vectors(a, scratch);
      Matrix right = vectors(b, scratch);
      // [n1, m1, n2, m2], of which each pair of neighbours in the middle changes places.
      Matrix product = Matrix.of(scratch.allocate(DType.F32, n1 * m1, n2 * m2));
      device.blas().gemm(false, true, 1, left, right, 0, product);
      Matrix turned = Matrix.of(scratch.allocate(DType.F32, n1, n2 * m2 * m1));
      device.nn().swapAxes(product.reshape(n1, m1 * n2 * m2), m1, n2 * m2, turned);
      Matrix transposed = Matrix.of(scratch.allocate(DType.F32, n1 * n2, m1 * m2));
      device.nn().swapAxes(turned.reshape(n1 * n2, m2 * m1), m2, m1, transposed);
      device.blas().transpose(transposed, target);
    }
  }

  /** A factor's terms as columns, F32 [n m, R]. */
  private static Matrix vectors(Tensor factor, Scope scratch) {
    int inputs = dim(factor, 0);
    Matrix single = Matrix.of(Copies.of(factor, scratch, DType.F32));
    Matrix vectors =
        Matrix.of(scratch.allocate(DType.F32, inputs * dim(factor, 2), dim(factor, 1)));
    scratch
        .device()
        .nn()
        .swapAxes(
            single.reshape(inputs, dim(factor, 1) * dim(factor, 2)),
            dim(factor, 1),
            dim(factor, 2),
            vectors.reshape(inputs, dim(factor, 1) * dim(factor, 2)));
    return vectors;
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + KroneckerFormat.A, Matrix.of(a), Storage.TRANSPOSED));
    weights.add(new Parameter(name + KroneckerFormat.B, Matrix.of(b), Storage.TRANSPOSED));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public KroneckerLinear withBias(Tensor other) {
    return new KroneckerLinear(a, b, other);
  }

  @Override
  public KroneckerLinear copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public KroneckerLinear copyTo(Scope scope, DType dtype) {
    return new KroneckerLinear(
        Copies.of(a, scope, dtype), Copies.of(b, scope, dtype), Copies.of(bias, scope, dtype));
  }
}
