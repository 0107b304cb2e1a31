package io.github.lrfbench.harness.linear;

/**
 * How maps of one form stand in a checkpoint: what the tensors below a module are called that
 * {@link Linear#weights} writes there. Found by {@link java.util.ServiceLoader}.
 */
public interface LinearFormat {
  /** Whether the tensors of a module are in this format. */
  boolean holds(TensorShapes tensors, String module);

  /** Width of the output of a module that is in this format. */
  int outputs(TensorShapes tensors, String module);

  /**
   * Reads a module that is in this format, without its bias.
   *
   * @throws io.github.lrfbench.kernels.InputException if a tensor is missing or does not fit
   */
  Linear read(ModuleTensors tensors, Place place);

  /**
   * A module of a model.
   *
   * @param module its name
   * @param outputs width of the output
   * @param inputs width of the input
   * @param heads of the attention that reads the outputs or gives the inputs; 1 where none does
   */
  record Place(String module, int outputs, int inputs, int heads) {}
}
