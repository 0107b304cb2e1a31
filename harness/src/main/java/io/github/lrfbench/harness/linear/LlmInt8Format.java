package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;

/** Codes of 8 bits whose inputs are rounded, too, with their scales. */
public final class LlmInt8Format implements LinearFormat {
  /** As {@link LlmInt8Linear#codes}. */
  static final String CODES = ".llmint8.codes";

  /** [outputs, 1]. */
  static final String SCALES = ".llmint8.scales";

  /** Constant: from where on inputs are outliers. */
  static final String THRESHOLD = "threshold";

  /** What the authors found to be enough. */
  public static final float STANDARD_THRESHOLD = 6;

  private static final Set<String> KNOWN =
      Set.of(THRESHOLD, LinearFormats.OUTPUTS, LinearFormats.INPUTS);

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + CODES);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return LinearFormats.rows(tensors, module + CODES);
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String module = place.module();
    CodeConstants constants = new CodeConstants(module, tensors.constants(module), KNOWN);
    float threshold = constants.threshold(THRESHOLD, STANDARD_THRESHOLD);
    Tensor codes = tensors.tensor(module + CODES, DType.I8, place.outputs(), place.inputs());
    Tensor scales = tensors.tensor(module + SCALES, DType.F32, place.outputs(), 1);
    return new LlmInt8Linear(Matrix.of(codes), scales, threshold, null, DType.F32);
  }
}
