package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

/**
 * A head that looks at all words with a few numbers of each, and at the likeliest of them with all
 * (SVD-softmax, Shim et al. 2017). With W = U S Vᵀ, an input h is turned to Vᵀ h; the first columns
 * of U S, the preview, give logits of all words, and those words whose logits are the largest then
 * get the rest of theirs. It is as large as the matrix and a little more, and takes fewer
 * operations. Logits of other words are those of the preview.
 *
 * @param basis V, [inputs, inputs]
 * @param preview the first columns of U S, [outputs, width]
 * @param rest the other columns, [outputs, inputs - width]; null where there are none
 * @param full of how many outputs the rest is computed, N
 * @param bias [outputs], or null for none
 */
public record PreviewLinear(Matrix basis, Matrix preview, Matrix rest, int full, Tensor bias)
    implements Linear {
  /** Checks that the parts fit each other. */
  public PreviewLinear {
    int more = rest == null ? 0 : rest.cols();
    if (basis.rows() != basis.cols()
        || preview.cols() + more != basis.rows()
        || rest != null && rest.rows() != preview.rows()
        || full < 1
        || full > preview.rows()) {
      throw new IllegalArgumentException("the parts of a preview do not fit each other");
    }
  }

  /** What a reader calls a preview of a width with so many outputs in full. */
  public static String label(int width, int full) {
    return "W=" + width + ", N=" + full;
  }

  /** Columns of the preview. */
  public int width() {
    return preview.cols();
  }

  @Override
  public int inputs() {
    return basis.rows();
  }

  @Override
  public int outputs() {
    return preview.rows();
  }

  @Override
  public String form() {
    return "svd-softmax";
  }

  @Override
  public String label() {
    return label(width(), full);
  }

  @Override
  public long parameters() {
    return ((long) outputs() + inputs()) * inputs();
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }

  @Override
  public DType dtype() {
    return basis.dtype();
  }

  @Override
  public long flopsPerRow() {
    long preview = (long) outputs() * width();
    long refined = (long) full * (inputs() - width());
    return 2 * ((long) inputs() * inputs() + preview + refined);
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    forward(ops, x, full, y);
    if (activation != Activation.NONE) {
      ops.biasActivation(y, null, activation);
    }
  }

  /**
   * The same with another number of outputs in full.
   *
   * @param count from 0, which is the preview alone, to the number of outputs, which is exact
   */
  public void forward(Ops ops, Matrix x, int count, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix turned = Matrix.of(frame.allocate(x.dtype(), x.rows(), inputs()));
      frame.linear(x, false, basis, null, Activation.NONE, turned);
      Matrix first = turned.columns(0, width());
      frame.linear(first, true, preview, bias, Activation.NONE, y);
      if (rest != null) {
        frame.addToLargest(turned.columns(width(), inputs()), rest, count, y);
      }
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope()) {
      Matrix v = Copies.of(basis, scratch, DType.F32);
      Matrix first = Copies.of(preview, scratch, DType.F32);
      device.blas().gemm(false, true, 1, first, v.columns(0, width()), 0, target);
      if (rest != null) {
        Matrix others = Copies.of(rest, scratch, DType.F32);
        device.blas().gemm(false, true, 1, others, v.columns(width(), inputs()), 1, target);
      }
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    add(weights, name + PreviewFormat.BASIS, basis);
    add(weights, name + PreviewFormat.PREVIEW, preview);
    if (rest != null) {
      add(weights, name + PreviewFormat.REST, rest);
    }
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  private static void add(List<Parameter> weights, String name, Matrix value) {
    weights.add(new Parameter(name, value, Storage.MATRIX).frozen());
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    constants.putObject(name).put(PreviewFormat.FULL, full);
  }

  @Override
  public PreviewLinear withBias(Tensor other) {
    return new PreviewLinear(basis, preview, rest, full, other);
  }

  @Override
  public PreviewLinear copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public PreviewLinear copyTo(Scope scope, DType dtype) {
    return new PreviewLinear(
        Copies.of(basis, scope, dtype),
        Copies.of(preview, scope, dtype),
        rest == null ? null : Copies.of(rest, scope, dtype),
        full,
        Copies.of(bias, scope, dtype));
  }
}
