package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a forward pass and records it, then runs it backwards (reverse-mode differentiation,
 * Speelpenning 1980). Values and gradients are freed as soon as the backward pass is done with
 * them. A tape serves one forward and one backward pass.
 *
 * <p>A value is known by its tensor; slices of a tensor are slices of its gradient. Tensors that
 * the tape did not make are parameters, whose gradients go to {@link ParameterGradients}, or
 * constants.
 */
public final class Tape implements AutoCloseable {
  /** A tensor of the forward pass. */
  private static final class Value {
    private final Scope scope;
    private boolean written;
    private boolean differentiable;
    private Tensor gradient;

    Value(Scope scope) {
      this.scope = scope;
    }
  }

  /** An operation: how to run it backwards, and the values that it was the first to write. */
  private record Node(Runnable backward, List<Value> values) {}

  private final Device device;
  private final ParameterGradients parameters;
  private final LayerGradients layers;
  private final Map<Tensor, Value> values = new IdentityHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final TapeOps ops;

  /**
   * An empty tape.
   *
   * @param dropoutSeed of all dropout of the pass; null for none, as in inference
   */
  public Tape(Device device, ParameterGradients parameters, Long dropoutSeed) {
    this(device, parameters, null, dropoutSeed);
  }

  /**
   * An empty tape of a pass without dropout.
   *
   * @param layers receives the gradients of linear layers; no parameter is trained
   */
  public Tape(Device device, LayerGradients layers) {
    this(device, parameter -> null, layers, null);
  }

  private Tape(
      Device device, ParameterGradients parameters, LayerGradients layers, Long dropoutSeed) {
    this.device = device;
    this.parameters = parameters;
    this.layers = layers;
    this.ops = new TapeOps(this, dropoutSeed);
  }

  /** Operations that are recorded. Closing them or their frames does nothing. */
  public Ops ops() {
    return ops;
  }

  Device device() {
    return device;
  }

  ParameterGradients parameters() {
    return parameters;
  }

  boolean wants(Layer layer) {
    return layers != null && layers.wants(layer);
  }

  /**
   * Makes a layer's output one whose gradient is wanted, whatever it depends on.
   *
   * @param x what it read
   * @param y what it gave
   */
  void recordGradient(Layer layer, Matrix x, Matrix y) {
    record(true, () -> layers.add(layer, x, gradientOrNull(y)), y);
  }

  Tensor allocate(DType dtype, long... dims) {
    Scope scope = device.openScope();
    Tensor tensor = scope.allocate(dtype, dims);
    values.put(tensor, new Value(scope));
    return tensor;
  }

  /** Whether the loss may depend on the matrix by way of a parameter that is trained. */
  public boolean isDifferentiable(Matrix matrix) {
    return matrix != null && isDifferentiable(matrix.data());
  }

  boolean isDifferentiable(Tensor tensor) {
    if (tensor == null) {
      return false;
    }
    Value value = values.get(tensor);
    return value == null ? parameters.of(tensor) != null : value.differentiable;
  }

  /**
   * Records an operation.
   *
   * @param differentiable whether an input is
   * @param backward uses gradients of the output and adds to those of inputs; not run if there are
   *     none of the output
   * @param outputs what the operation wrote, inner results included
   */
  void record(boolean differentiable, Runnable backward, Matrix output, Tensor... inner) {
    List<Value> born = new ArrayList<>();
    List<Tensor> written = new ArrayList<>(List.of(inner));
    written.add(output.data());
    for (Tensor tensor : written) {
      Value value = values.get(tensor);
      if (value == null) {
        throw new IllegalArgumentException("a recorded operation must write to its tape's tensors");
      }
      value.differentiable |= differentiable;
      if (!value.written) {
        value.written = true;
        born.add(value);
      }
    }
    Runnable step = () -> {};
    if (differentiable) {
      step =
          () -> {
            if (gradientOrNull(output) != null) {
              backward.run();
            }
          };
    }
    nodes.add(new Node(step, born));
  }

  /** The gradient of a value that later operations have added to, or null if none did. */
  Matrix gradientOrNull(Matrix matrix) {
    Value value = values.get(matrix.data());
    return value == null || value.gradient == null ? null : like(matrix, value.gradient);
  }

  /** The gradient to add to, of a value or a parameter; null if it is constant. */
  Matrix gradient(Matrix matrix) {
    if (!isDifferentiable(matrix)) {
      return null;
    }
    Value value = values.get(matrix.data());
    if (value == null) {
      return like(matrix, parameters.of(matrix.data()));
    }
    if (value.gradient == null) {
      Tensor tensor = matrix.data();
      value.gradient = value.scope.zeros(tensor.dtype(), tensor.shape().toArray());
    }
    return like(matrix, value.gradient);
  }

  /**
   * The gradient of a value that nothing was added to yet, with undefined contents, if the matrices
   * together are all of the value; null otherwise.
   */
  Matrix freshGradient(Matrix matrix, Matrix... otherParts) {
    Value value = values.get(matrix.data());
    long size = (long) matrix.rows() * matrix.cols();
    for (Matrix part : otherParts) {
      size += part.data() == matrix.data() ? (long) part.rows() * part.cols() : 0;
    }
    if (value == null || value.gradient != null || size != matrix.data().shape().size()) {
      return null;
    }
    Tensor tensor = matrix.data();
    value.gradient = value.scope.allocate(tensor.dtype(), tensor.shape().toArray());
    return like(matrix, value.gradient);
  }

  private static Matrix like(Matrix matrix, Tensor tensor) {
    return new Matrix(tensor, matrix.offset(), matrix.rows(), matrix.cols(), matrix.stride());
  }

  /** Adds to the gradient of a value, if it has one. */
  void addTo(Matrix value, Matrix amount) {
    if (!isDifferentiable(value)) {
      return;
    }
    Matrix fresh = freshGradient(value);
    if (fresh != null) {
      device.blas().copy(amount, fresh);
    } else {
      device.gradients().addScaled(1, amount, gradient(value));
    }
  }

  /**
   * Runs the backward pass from one result.
   *
   * @param output of the forward pass, [m, n]
   * @param gradient of the loss with respect to it, [m, n]
   */
  public void backward(Tensor output, Matrix gradient) {
    addGradient(output, gradient);
    backward();
  }

  /**
   * Adds to the gradient of a result, before the backward pass.
   *
   * @param output of the forward pass, [m, n]
   * @param gradient of the loss with respect to it, [m, n]
   */
  public void addGradient(Tensor output, Matrix gradient) {
    addGradient(Matrix.of(output), gradient);
  }

  /** Adds to the gradient of a result, or of a part of one, before the backward pass. */
  public void addGradient(Matrix output, Matrix gradient) {
    Matrix start = gradient(output);
    if (start == null) {
      throw new IllegalArgumentException("the output depends on no parameter that is trained");
    }
    device.gradients().addScaled(1, gradient, start);
  }

  /** Runs the backward pass from the results that have gradients. */
  public void backward() {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      node.backward.run();
      node.values.forEach(value -> value.scope.close());
    }
  }

  @Override
  public void close() {
    values.values().forEach(value -> value.scope.close());
  }
}
