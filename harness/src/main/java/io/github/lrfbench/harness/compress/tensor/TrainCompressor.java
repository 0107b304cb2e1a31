package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Set;

/**
 * The method {@code tt}: a tensor train (Oseledets 2011) by TT-SVD. By default every matrix alone
 * is one, its modes pairs of output and input modes (Novikov et al. 2015).
 */
public final class TrainCompressor extends TensorMethod {
  private static final MethodOption SHAPE =
      new MethodOption(
          "shape",
          "auto or MxN of all cores but the last, joined by '-'",
          TrainShapes.AUTO,
          text -> text.equals(TrainShapes.AUTO) || TrainShapes.isNamed(text) ? text : null);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "tt",
        "tensor train of every matrix, or of stacked ones",
        "Oseledets 2011; Novikov et al. 2015",
        Set.of(Need.WEIGHTS),
        "",
        List.of(MethodOption.choice(STACK, MATRIX, HEADS, LAYERS, BOTH), SHAPE));
  }

  @Override
  Kind kind() {
    return Kind.TT;
  }

  @Override
  public void check(MethodOptions options) {
    refuseUnused(options, SHAPE, MATRIX);
  }

  @Override
  List<SlotStack> ofMatrices(List<LinearSlot> slots, MethodOptions options) {
    return SlotStack.matrices(slots, 1);
  }

  @Override
  StackFactorization decompose(SlotStack stack, CompressionRequest request, Scope scope) {
    return new Hosvd(stack, kind(), 0, scope);
  }

  @Override
  StackFactorization alone(SlotStack stack, CompressionRequest request, boolean errors) {
    return request.options().is(STACK, MATRIX)
        ? TrainMatrix.of(stack.first(), request.options().text(SHAPE.name()))
        : super.alone(stack, request, errors);
  }
}
