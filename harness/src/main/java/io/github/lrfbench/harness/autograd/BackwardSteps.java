package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;

/** The backward steps of {@link TapeOps} that take more than a line. */
final class BackwardSteps {
  private final Tape tape;
  private final NnGradients gradients;

  BackwardSteps(Tape tape) {
    this.tape = tape;
    this.gradients = tape.device().gradients();
  }

  /** Of {@code y = x op(w) + b}, dy being the gradient of y. */
  void linear(Matrix x, boolean transW, Matrix w, Tensor bias, Matrix dy) {
    linearWeight(x, transW, w, dy);
    if (tape.isDifferentiable(bias)) {
      gradients.addColumnSums(dy, tape.parameters().of(bias));
    }
    linearInput(x, transW, w, dy);
  }

  /** Of the same, for x alone. */
  void linearInput(Matrix x, boolean transW, Matrix w, Matrix dy) {
    if (tape.isDifferentiable(x)) {
      Matrix fresh = tape.freshGradient(x);
      Matrix dx = fresh == null ? tape.gradient(x) : fresh;
      gradients.gemm(false, !transW, 1, dy, w, fresh == null ? 1 : 0, dx);
    }
  }

  /** Of the same, for w alone. */
  void linearWeight(Matrix x, boolean transW, Matrix w, Matrix dy) {
    Matrix dw = tape.gradient(w);
    if (dw != null) {
      gradients.gemm(true, false, 1, transW ? dy : x, transW ? x : dy, 1, dw);
    }
  }

  /** Of {@code y = x ŵᵀ + b} whose factors were rounded, as if they had not been. */
  void int8Linear(Matrix x, Matrix codes, Tensor scales, Tensor bias, Matrix dy) {
    try (Scope scratch = tape.device().openScope()) {
      Matrix w = allocate(dy, codes.rows(), codes.cols(), scratch);
      if (tape.isDifferentiable(x)) {
        tape.device().nn().dequantize(codes, Byte.SIZE, scales, null, Math.max(1, w.cols()), w);
      }
      linear(x, true, w, bias, dy);
    }
  }

  /** Of a Khatri-Rao product y of a and b. */
  void khatriRao(Matrix a, Matrix b, Matrix dy) {
    int rows = a.rows();
    int size = b.rows() * b.cols();
    try (Scope scratch = tape.device().openScope()) {
      Matrix part = allocate(dy, dy.rows(), dy.cols(), scratch);
      if (tape.isDifferentiable(b)) {
        tape.device().nn().khatriRao(a, ones(dy, b.rows(), b.cols(), scratch), part);
        gradients.multiply(dy, part);
        Matrix sums = allocate(dy, 1, size, scratch);
        Matrix ones = ones(dy, 1, rows, scratch);
        gradients.gemm(false, false, 1, ones, part.reshape(rows, size), 0, sums);
        tape.addTo(b, sums.reshape(b.rows(), b.cols()));
      }
      if (tape.isDifferentiable(a)) {
        tape.device().nn().khatriRao(ones(dy, rows, a.cols(), scratch), b, part);
        gradients.multiply(dy, part);
        Matrix turned = allocate(dy, rows, size, scratch);
        tape.device().nn().swapAxes(part.reshape(rows, size), b.rows(), b.cols(), turned);
        Matrix sums = allocate(dy, rows * a.cols(), 1, scratch);
        Matrix ones = ones(dy, b.rows(), 1, scratch);
        gradients.gemm(false, false, 1, turned.reshape(rows * a.cols(), b.rows()), ones, 0, sums);
        tape.addTo(a, sums.reshape(rows, a.cols()));
      }
    }
  }

  private static Matrix allocate(Matrix like, int rows, int cols, Scope scratch) {
    return Matrix.of(scratch.allocate(like.dtype(), rows, cols));
  }

  private Matrix ones(Matrix like, int rows, int cols, Scope scratch) {
    Matrix ones = allocate(like, rows, cols, scratch);
    if (rows > 1 && cols > 1) {
      Matrix column = ones(like, rows, 1, scratch);
      gradients.gemm(false, false, 1, column, ones(like, 1, cols, scratch), 0, ones);
      return ones;
    }
    double[] values = new double[rows * cols];
    Arrays.fill(values, 1);
    ones.data().write(0, values, 0, values.length);
    return ones;
  }

  /** Of a layer norm; the gradient of y is overwritten. */
  void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    try (Scope scratch = tape.device().openScope()) {
      Matrix dy = tape.gradientOrNull(y);
      // No one reads dy after this, so that ds may take its place.
      gradients.layerNormGradient(
          x,
          bias,
          residual,
          gamma,
          eps,
          dy,
          gradientOrScratch(gamma, scratch),
          gradientOrScratch(beta, scratch),
          dy);
      if (tape.isDifferentiable(bias)) {
        gradients.addColumnSums(dy, tape.parameters().of(bias));
      }
      tape.addTo(x, dy);
      tape.addTo(residual, dy);
    }
  }

  private Tensor gradientOrScratch(Tensor parameter, Scope scratch) {
    Tensor gradient = tape.parameters().of(parameter);
    return gradient == null
        ? scratch.zeros(parameter.dtype(), parameter.shape().toArray())
        : gradient;
  }

  /** Of an attention. */
  void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout,
      Matrix y) {
    Matrix dy = tape.gradientOrNull(y);
    boolean together = areApart(q, k) && areApart(q, v) && areApart(k, v);
    Matrix dq = together ? tape.freshGradient(q, k, v) : null;
    if (dq != null) {
      gradients.attentionGradient(
          q,
          k,
          v,
          segments,
          heads,
          scale,
          causal,
          dropout,
          dy,
          dq,
          tape.gradientOrNull(k),
          tape.gradientOrNull(v));
      return;
    }
    try (Scope scratch = tape.device().openScope()) {
      Matrix[] parts = new Matrix[3];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = Matrix.of(scratch.allocate(q.dtype(), q.rows(), q.cols()));
      }
      gradients.attentionGradient(
          q, k, v, segments, heads, scale, causal, dropout, dy, parts[0], parts[1], parts[2]);
      tape.addTo(q, parts[0]);
      tape.addTo(k, parts[1]);
      tape.addTo(v, parts[2]);
    }
  }

  /** Whether two matrices of one shape are parts of one tensor without common elements. */
  private static boolean areApart(Matrix a, Matrix b) {
    return a.data() == b.data() && Math.abs(a.offset() - b.offset()) >= a.cols();
  }
}
