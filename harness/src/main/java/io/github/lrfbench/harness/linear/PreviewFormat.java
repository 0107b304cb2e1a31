package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;

/** A head by SVD-softmax: all of W = (U S) Vᵀ, the first columns of U S apart from the others. */
public final class PreviewFormat implements LinearFormat {
  /** V, [inputs, inputs]. */
  static final String BASIS = ".svdsoftmax.v";

  /** The first columns of U S, [outputs, width]. */
  static final String PREVIEW = ".svdsoftmax.preview";

  /** The other columns; absent where there are none. */
  static final String REST = ".svdsoftmax.rest";

  /** Constant: outputs of which the rest is computed. */
  static final String FULL = "full";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + PREVIEW);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + PREVIEW);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String module = place.module();
    int inputs = place.inputs();
    Shape shape = tensors.shape(module + PREVIEW);
    long width = shape.rank() == 2 ? shape.dim(1) : 0;
    if (width < 1 || width > inputs) {
      throw new InputException(
          module + PREVIEW + " has the shape " + shape + ", which is that of no preview");
    }
    JsonNode full = tensors.constants(module).path(FULL);
    if (!full.isInt() || full.intValue() < 1 || full.intValue() > place.outputs()) {
      throw new InputException(
          module
              + " does not say of how many of its "
              + place.outputs()
              + " outputs more than the preview is computed ('"
              + FULL
              + "' in config.json)");
    }
    Matrix basis = matrix(tensors, module + BASIS, inputs, inputs);
    Matrix preview = matrix(tensors, module + PREVIEW, place.outputs(), width);
    Matrix rest =
        width == inputs ? null : matrix(tensors, module + REST, place.outputs(), inputs - width);
    return new PreviewLinear(basis, preview, rest, full.intValue(), null);
  }

  private static Matrix matrix(ModuleTensors tensors, String name, long rows, long cols) {
    return Matrix.of(tensors.tensor(name, DType.F32, rows, cols));
  }
}
