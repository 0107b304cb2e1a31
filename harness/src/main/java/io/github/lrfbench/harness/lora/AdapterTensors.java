package io.github.lrfbench.harness.lora;

import io.github.lrfbench.harness.checkpoint.TensorFile;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An adapter's tensors by their names in the model: without what PEFT puts before all, and without
 * the adapter's own name, which some files have.
 */
final class AdapterTensors {
  /** What PEFT calls a tensor begins with this. */
  static final String PREFIX = "base_model.model.";

  private static final Pattern ADAPTER_NAME =
      Pattern.compile("(\\.lora_[A-Za-z_]+)\\.default(?=\\.|$)");

  private final TensorFile file;
  private final Map<String, String> stored = new TreeMap<>();
  private final Set<String> left;

  AdapterTensors(TensorFile file) {
    this.file = file;
    for (String name : file.names()) {
      if (!name.startsWith(PREFIX)) {
        throw Faults.of(
            file.path(), Faults.quote(name) + " is no name of PEFT's; those begin with " + PREFIX);
      }
      if (!isWithoutEffect(name)) {
        String plain = ADAPTER_NAME.matcher(name.substring(PREFIX.length())).replaceFirst("$1");
        if (stored.put(plain, name) != null) {
          throw Faults.of(file.path(), "holds " + Faults.quote(plain) + " twice");
        }
      }
    }
    this.left = new TreeSet<>(stored.keySet());
  }

  /** The model's own head beside the adapter's, and what VeLoRA keeps of its training. */
  private static boolean isWithoutEffect(String name) {
    return name.contains(".original_module.") || name.contains(".lora_velora_embed");
  }

  boolean has(String name) {
    return stored.containsKey(name);
  }

  /** Passes over what belongs to a module that the model does without. */
  void passOver(String module) {
    left.removeIf(name -> name.startsWith(module + "."));
  }

  /** Names of tensors that nobody has read, sorted. */
  Set<String> left() {
    return left;
  }

  /** A vector, which must have this length. */
  Tensor vector(String name, int length, Scope scope) {
    requireShape(name, Shape.of(length));
    Tensor tensor = scope.allocate(DType.F32, length);
    file.read(stored.get(name), tensor);
    return tensor;
  }

  /** A matrix, which must be of this size. */
  Matrix matrix(String name, int rows, int cols, Scope scope) {
    requireShape(name, Shape.of(rows, cols));
    Tensor tensor = scope.allocate(DType.F32, rows, cols);
    file.read(stored.get(name), tensor);
    return Matrix.of(tensor);
  }

  /** The transposed of a matrix, which must be of this size. */
  Matrix transposed(String name, int rows, int cols, Scope scope) {
    requireShape(name, Shape.of(rows, cols));
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, cols, rows));
    try (Scope scratch = scope.device().openScope()) {
      scope.device().blas().transpose(matrix(name, rows, cols, scratch), matrix);
    }
    return matrix;
  }

  /** Shapes are checked before memory is taken. */
  private void requireShape(String name, Shape wanted) {
    if (!has(name)) {
      throw Faults.of(file.path(), "tensor " + Faults.quote(PREFIX + name) + " is missing");
    }
    left.remove(name);
    Shape shape = file.shape(stored.get(name));
    if (!shape.equals(wanted)) {
      throw Faults.of(
          file.path(),
          Faults.quote(stored.get(name)) + " has shape " + shape + " and not " + wanted);
    }
  }
}
