package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.ModuleTensors;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Makes the parts of a model of named tensors. */
public final class WeightReader implements ModuleTensors {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final WeightSource weights;
  private final Scope scope;
  private final Map<String, Object> shared = new HashMap<>();

  /**
   * A reader.
   *
   * @param scope owns what is read
   */
  public WeightReader(WeightSource weights, Scope scope) {
    this.weights = weights;
    this.scope = scope;
  }

  @Override
  public boolean has(String name) {
    return weights.has(name);
  }

  /** The names of the tensors, as far as they were given by someone; for messages. */
  public Set<String> names() {
    return weights.names();
  }

  @Override
  public boolean hasBelow(String path) {
    return weights.hasBelow(path);
  }

  @Override
  public Shape shape(String name) {
    return weights.shape(name);
  }

  @Override
  public boolean areRead() {
    return weights.areRead();
  }

  @Override
  public Scope scope() {
    return scope;
  }

  @Override
  public JsonNode constants(String module) {
    return weights.constants(module);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T once(String name, Supplier<T> maker) {
    return (T) shared.computeIfAbsent(name, missing -> maker.get());
  }

  /** An F32 tensor of this shape. */
  public Tensor tensor(String name, long... dims) {
    return tensor(name, DType.F32, dims);
  }

  @Override
  public Tensor tensor(String name, DType dtype, long... dims) {
    Tensor tensor = scope.allocate(dtype, dims);
    read(name, tensor);
    return tensor;
  }

  /** Reads into a tensor of the stored one's shape. */
  public void read(String name, Tensor target) {
    weights.read(name, target);
  }

  /** Reads the transpose of what is stored into a matrix. */
  public void readTransposed(String name, Matrix target) {
    try (Scope scratch = scope.device().openScope()) {
      Tensor stored = scratch.allocate(DType.F32, target.cols(), target.rows());
      read(name, stored);
      scope.device().blas().transpose(Matrix.of(stored), target);
    }
  }

  @Override
  public Matrix transposed(String name, int rows, int cols) {
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, cols, rows));
    readTransposed(name, matrix);
    return matrix;
  }

  /** Whether there are tensors of a module's matrix, in whatever format. */
  public boolean isStored(String module) {
    return LinearFormats.find(this, module) != null;
  }

  /** Whether a module's matrix is stored in another format than whole. */
  public boolean isCompressed(String module) {
    return LinearFormats.isCompressed(this, module);
  }

  /** Width of a module's output. */
  public int outputs(String module) {
    return LinearFormats.outputs(this, module);
  }

  /**
   * The width of a feed-forward layer, which may be another in every block of a compressed model.
   *
   * @param module of its first matrix
   * @param usual what the configuration says of all blocks
   * @throws InputException if what is told of the module is no width
   */
  public int width(String module, int usual) {
    return width(module, LinearFormats.OUTPUTS, usual);
  }

  /**
   * The width of an attention, which may have fewer heads in every block of a compressed model.
   *
   * @param module of the matrix that reads the heads
   * @param usual that of all heads
   * @param size of one head
   * @throws InputException if what is told of the module is not that of some heads
   */
  public int attentionWidth(String module, int usual, int size) {
    int width = width(module, LinearFormats.INPUTS, usual);
    if (width > usual || width % size != 0) {
      throw new InputException(
          "the width of " + module + " is told as " + width + ", and a head's is " + size);
    }
    return width;
  }

  private int width(String module, String key, int usual) {
    JsonNode told = constants(module).path(key);
    if (told.isMissingNode()) {
      return usual;
    }
    if (!told.isInt() || told.asInt() < 1) {
      throw new InputException("the width of " + module + " is told as " + told);
    }
    return told.asInt();
  }

  /**
   * A map in whatever format it is stored, whole as [outputs, inputs].
   *
   * @param heads of the attention that reads the outputs or gives the inputs; 1 where none does
   * @param biased whether it has a bias
   */
  public Linear linear(String module, int outputs, int inputs, int heads, boolean biased) {
    Linear linear = LinearFormats.read(this, new Place(module, outputs, inputs, heads));
    return biased ? linear.withBias(tensor(module + BIAS, outputs)) : linear;
  }

  /** A layer norm's parameters. */
  public Norm norm(String module, int width, double epsilon) {
    // Checkpoints converted from TensorFlow call the parameters gamma and beta.
    boolean old = !weights.has(module + WEIGHT) && weights.has(module + ".gamma");
    return new Norm(
        tensor(module + (old ? ".gamma" : WEIGHT), width),
        tensor(module + (old ? ".beta" : BIAS), width),
        epsilon);
  }
}
