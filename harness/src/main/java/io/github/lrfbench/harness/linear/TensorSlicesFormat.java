package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices of a tensor, whose shared factors stand in one module for all that share them: A as {@code
 * .cp.a} [D, R], B as {@code .cp.b} [w, R], a Tucker core as {@code .tucker.core} [R3, R1 R2]; and
 * what is a module's own as {@code .cp.c} [H, R], {@code .tucker.c} [H, R3], {@code .tt.core} [H,
 * R1 R2].
 */
public final class TensorSlicesFormat implements LinearFormat {
  /** In a checkpoint's configuration: the slices' columns are inputs. */
  static final String OF_INPUTS = "of_inputs";

  /** The name of what is a module's own. */
  static String own(Kind kind) {
    return "." + kind.word() + (kind == Kind.TT ? ".core" : ".c");
  }

  /** The name of a shared factor. */
  static String shared(Kind kind, int number) {
    return "." + kind.word() + "." + List.of("a", "b", "core").get(number);
  }

  private static Kind kind(TensorShapes tensors, String module) {
    for (Kind kind : Kind.values()) {
      if (tensors.has(module + own(kind))) {
        return kind;
      }
    }
    return null;
  }

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return kind(tensors, module) != null;
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    Kind kind = kind(tensors, module);
    return Math.multiplyExact(
        LinearFormats.rows(tensors, module + own(kind)),
        LinearFormats.rows(tensors, module + shared(kind, 1)));
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    String module = place.module();
    Kind kind = kind(tensors, module);
    JsonNode constants = tensors.constants(module);
    String stored = constants.path(SharedFormat.BASIS).asText(module);
    Basis basis =
        tensors.once(
            stored + shared(kind, 0),
            () -> {
              List<Matrix> factors = new ArrayList<>();
              for (int i = 0; i < kind.shared(); i++) {
                factors.add(matrix(tensors, stored + shared(kind, i)));
              }
              // Who is read first counts it from now on.
              return new Basis(module, factors, tensors.scope());
            });
    boolean ofInputs = constants.path(OF_INPUTS).asBoolean(false);
    Matrix own = matrix(tensors, module + own(kind));
    TensorSlices read;
    try {
      read = new TensorSlices(kind, basis, own, ofInputs, null, basis.module().equals(module));
    } catch (IllegalArgumentException e) {
      throw new InputException("the factors of " + stored + " do not fit " + module + own(kind), e);
    }
    if (read.inputs() != place.inputs() || read.outputs() != place.outputs()) {
      throw new InputException(
          String.format(
              "%s: slices of a tensor of [%d, %d] in the place of a matrix of [%d, %d]",
              module, read.outputs(), read.inputs(), place.outputs(), place.inputs()));
    }
    return read;
  }

  private static Matrix matrix(ModuleTensors tensors, String name) {
    int rows = LinearFormats.rows(tensors, name);
    Shape shape = tensors.shape(name);
    if (shape.rank() != 2 || shape.dim(1) < 1) {
      throw new InputException("the factor " + name + " has the shape " + shape);
    }
    return Matrix.of(tensors.tensor(name, DType.F32, rows, shape.dim(1)));
  }
}
