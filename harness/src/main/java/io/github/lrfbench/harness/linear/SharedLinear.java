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
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map stored as two factors, W = U V, whose V is that of other maps too (Wang et al. 2025,
 * "Basis Sharing"). One of them counts and stores V, so that sums over maps are right. Maps of one
 * input that share V compute V x once where they stand in a {@link LinearGroup}; what one of them
 * takes alone is that of two factors.
 *
 * @param basis V
 * @param up Uᵀ [rank, outputs]
 * @param bias [outputs], or null for none
 * @param holder whether it is this map that counts and stores V
 */
public record SharedLinear(Basis basis, Matrix up, Tensor bias, boolean holder) implements Sharer {
  /** Checks that the factors fit. */
  public SharedLinear {
    if (basis.rank() != up.rows()) {
      throw new IllegalArgumentException("factors that do not fit");
    }
  }

  @Override
  public Matrix own() {
    return up;
  }

  @Override
  public SharedLinear withBasis(Basis other, boolean holds) {
    return new SharedLinear(other, up, bias, holds);
  }

  @Override
  public SharedLinear withOwn(Matrix other, Tensor otherBias) {
    return new SharedLinear(basis, other, otherBias, holder);
  }

  @Override
  public boolean joinsColumns() {
    return true;
  }

  @Override
  public Linear joined(Matrix all, Tensor biases) {
    return new LowRankLinear(new LowRankFactors(basis.down(), all), biases);
  }

  /** The two factors. */
  public LowRankFactors pair() {
    return new LowRankFactors(basis.down(), up);
  }

  @Override
  public int inputs() {
    return basis.down().rows();
  }

  @Override
  public int outputs() {
    return up.cols();
  }

  @Override
  public int rank() {
    return basis.rank();
  }

  @Override
  public String form() {
    return "shared";
  }

  @Override
  public String label() {
    return "r=" + rank();
  }

  @Override
  public long parameters() {
    return (long) rank() * (holder ? inputs() + outputs() : outputs());
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }

  @Override
  public long flopsPerRow() {
    return 2L * rank() * (inputs() + outputs());
  }

  @Override
  public DType dtype() {
    return up.dtype();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.lowRank(x, basis.down(), up, bias, activation, y);
  }

  @Override
  public void addTo(Ops ops, Matrix x, Matrix y) {
    ops.addLowRank(x, basis.down(), up, 1, y);
    if (bias != null) {
      ops.biasActivation(y, bias, Activation.NONE);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    pair().multiply(target);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + SharedFormat.UP, up, Storage.TRANSPOSED));
    if (holder) {
      weights.add(new Parameter(name + SharedFormat.DOWN, basis.down(), Storage.MATRIX));
    }
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    if (!holder) {
      constants.putObject(name).put(SharedFormat.BASIS, basis.module());
    }
  }

  @Override
  public SharedLinear withBias(Tensor other) {
    return new SharedLinear(basis, up, other, holder);
  }

  @Override
  public SharedLinear copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public SharedLinear copyTo(Scope scope, DType dtype) {
    return new SharedLinear(
        basis.copyTo(scope, dtype),
        Copies.of(up, scope, dtype),
        Copies.of(bias, scope, dtype),
        holder);
  }
}
