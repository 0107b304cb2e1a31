package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.function.Supplier;

/** The named tensors that a model is made of, and who owns what is read of them. */
public interface ModuleTensors extends TensorShapes {
  /**
   * Reads a tensor.
   *
   * @param dtype F32, or the type of the stored codes
   * @throws io.github.lrfbench.kernels.InputException if there is none of this name, type and
   *     shape, or it holds NaN or infinity
   */
  Tensor tensor(String name, DType dtype, long... dims);

  /** The transpose, F32 [cols, rows], of a matrix that is stored as [rows, cols]. */
  Matrix transposed(String name, int rows, int cols);

  /**
   * What several modules are made of: made when one of them is read, the same for the others.
   *
   * @param name tells one such from another
   */
  <T> T once(String name, Supplier<T> maker);

  /** Owns what is read. */
  Scope scope();

  /** What {@link Linear#describe} told of a module when it was written; missing for nothing. */
  JsonNode constants(String module);
}
