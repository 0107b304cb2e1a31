package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map of codes of 8 bits, W[i, j] = scales[i] codes[i, j], whose inputs are rounded to 8
 * bits in every pass, but for outliers (LLM.int8(), Dettmers et al. 2022): {@link Nn#int8Linear}.
 * In training the rounding of inputs counts for nothing.
 *
 * @param codes I8 [outputs, inputs]
 * @param scales F32 [outputs, 1]
 * @param threshold magnitude from which on an input of any token makes its column an outlier, for
 *     all tokens of the batch; 0 for no outliers
 * @param bias of the type in which it computes [outputs], or null for none
 * @param dtype in which it computes; of its products that of outliers alone
 */
public record LlmInt8Linear(Matrix codes, Tensor scales, float threshold, Tensor bias, DType dtype)
    implements CodedLinear {
  /** Checks that the sizes fit. */
  public LlmInt8Linear {
    if (codes.dtype() != DType.I8 || scales.shape().size() != codes.rows() || !(threshold >= 0)) {
      throw new IllegalArgumentException(
          "codes of "
              + codes.rows()
              + " x "
              + codes.cols()
              + " with "
              + scales.shape().size()
              + " scales and outliers from "
              + threshold);
    }
  }

  /** What a reader calls maps with outliers from a magnitude on. */
  public static String label(float threshold) {
    String from = Float.toString(threshold).replaceFirst("\\.0$", "");
    return "8 bit inputs, " + (threshold == 0 ? "no outliers" : "outliers from " + from);
  }

  @Override
  public int inputs() {
    return codes.cols();
  }

  @Override
  public int outputs() {
    return codes.rows();
  }

  @Override
  public int codeBits() {
    return Byte.SIZE;
  }

  @Override
  public String form() {
    return "llm-int8";
  }

  @Override
  public String label() {
    return label(threshold);
  }

  @Override
  public String runs() {
    return "in 8 bits, outliers in full";
  }

  @Override
  public boolean roundsInputs() {
    return true;
  }

  @Override
  public long bits() {
    return parameters() * Byte.SIZE + (long) outputs() * Float.SIZE;
  }

  @Override
  public void expand(Nn nn, int from, int to, Matrix tile) {
    Tensor own = scales.view(from, to - from, 1);
    nn.dequantize(codes.rows(from, to), Byte.SIZE, own, null, inputs(), tile);
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.int8Linear(x, codes, scales, threshold, bias, activation, y);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + LlmInt8Format.CODES, codes, Storage.MATRIX));
    weights.add(
        new Parameter(name + LlmInt8Format.SCALES, Matrix.of(scales), Storage.MATRIX).frozen());
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    constants.putObject(name).put(LlmInt8Format.THRESHOLD, threshold);
  }

  @Override
  public LlmInt8Linear withBias(Tensor other) {
    return new LlmInt8Linear(codes, scales, threshold, other, dtype);
  }

  @Override
  public LlmInt8Linear copyTo(Scope scope) {
    return copyTo(scope, dtype);
  }

  @Override
  public LlmInt8Linear copyTo(Scope scope, DType other) {
    return new LlmInt8Linear(
        Copies.of(codes, scope),
        Copies.of(scales, scope),
        threshold,
        Copies.of(bias, scope, other),
        other);
  }
}
