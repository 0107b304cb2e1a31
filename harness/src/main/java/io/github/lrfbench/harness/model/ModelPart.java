package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * Some weights of a model and what they count as. A model is a list of such in the order of the
 * forward pass.
 *
 * @param weights as the model uses them
 * @param parameters numbers that they store
 * @param bytes that they take on the device
 */
public record ModelPart(List<Parameter> weights, long parameters, long bytes) {
  /** The same weights as no parameters: they repeat others. */
  public ModelPart uncounted() {
    return new ModelPart(weights, 0, 0);
  }

  /** Embeddings and norms: every element is a number. */
  public static ModelPart of(List<Parameter> weights) {
    return new ModelPart(
        weights,
        weights.stream().mapToLong(Parameter::size).sum(),
        weights.stream().mapToLong(w -> w.size() * w.value().dtype().bytes()).sum());
  }

  /**
   * Linear maps, which tell themselves what their matrices count as.
   *
   * @param weights theirs, biases included
   */
  public static ModelPart of(List<Linear> linears, List<Parameter> weights) {
    long parameters = 0;
    long bytes = 0;
    for (Linear linear : linears) {
      Tensor bias = linear.bias();
      long biases = bias == null ? 0 : bias.shape().size();
      parameters += linear.parameters() + biases;
      bytes += linear.bytes() + (bias == null ? 0 : biases * bias.dtype().bytes());
    }
    return new ModelPart(weights, parameters, bytes);
  }

  /**
   * Parameters of a module whose matrix checkpoints store as [inputs, outputs]: a GPT-2's, and
   * tables of embeddings.
   */
  public static List<Parameter> untransposed(String module, List<Parameter> parameters) {
    String weight = module + ".weight";
    return parameters.stream()
        .map(
            parameter ->
                parameter.name().equals(weight)
                    ? new Parameter(weight, parameter.value(), Storage.MATRIX)
                    : parameter)
        .toList();
  }

  /** A linear map under the name of its module. */
  public static ModelPart of(String module, Linear linear) {
    return of(List.of(linear), linear.weights(module));
  }
}
