package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A gradient for every parameter that is trained, added up over batches until it is cleared. */
public final class GradientBuffers implements ParameterGradients, AutoCloseable {
  private final Device device;
  private final Scope scope;
  private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();
  private final List<Tensor> order = new ArrayList<>();

  /**
   * Zeros for all parameters that can be trained. Parameters that share a tensor, like parts of a
   * stacked matrix, share its gradient.
   */
  public GradientBuffers(Device device, Collection<Parameter> parameters) {
    this.device = device;
    this.scope = device.openScope();
    for (Parameter parameter : parameters) {
      Tensor tensor = parameter.value().data();
      if (parameter.trainable() && !gradients.containsKey(tensor)) {
        gradients.put(tensor, scope.zeros(tensor.dtype(), tensor.shape().toArray()));
        order.add(tensor);
      }
    }
  }

  @Override
  public Tensor of(Tensor parameter) {
    return gradients.get(parameter);
  }

  /** The tensors that are trained, each once, in the order of the parameters. */
  public List<Tensor> tensors() {
    return List.copyOf(order);
  }

  /** The gradient of a parameter, lying like its value. */
  public Matrix of(Parameter parameter) {
    Matrix value = parameter.value();
    return new Matrix(
        gradients.get(value.data()), value.offset(), value.rows(), value.cols(), value.stride());
  }

  /**
   * The gradients of some parameters, each once; a tensor that is not made up of theirs is one.
   *
   * @param parameters those that the buffers were made for
   */
  public List<Matrix> parts(Collection<Parameter> parameters) {
    Map<Tensor, Set<Matrix>> known = new IdentityHashMap<>();
    for (Parameter parameter : parameters) {
      Tensor tensor = parameter.value().data();
      if (gradients.containsKey(tensor)) {
        known.computeIfAbsent(tensor, missing -> new LinkedHashSet<>()).add(of(parameter));
      }
    }
    List<Matrix> parts = new ArrayList<>();
    for (Tensor tensor : order) {
      Set<Matrix> own = known.get(tensor);
      long covered = own.stream().mapToLong(part -> (long) part.rows() * part.cols()).sum();
      boolean whole = covered == tensor.shape().size();
      parts.addAll(whole ? own : List.of(row(gradients.get(tensor))));
    }
    return parts;
  }

  /** The Euclidean norm of all gradients together. NaN or infinite if one is. */
  public double norm() {
    double sum = 0;
    for (Tensor tensor : order) {
      sum += device.blas().squaredNorm(row(gradients.get(tensor)));
    }
    return Math.sqrt(sum);
  }

  /** Makes all gradients zero. */
  public void clear() {
    for (Tensor gradient : gradients.values()) {
      // Scaling would keep NaN.
      Matrix all = row(gradient);
      device.gradients().clear(all);
    }
  }

  private static Matrix row(Tensor tensor) {
    int size = Math.toIntExact(tensor.shape().size());
    return new Matrix(tensor, 0, 1, size, size);
  }

  @Override
  public void close() {
    scope.close();
  }
}
