package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The list of all formats. */
public final class LinearFormats {
  /** In a checkpoint's block: what its tensors do not tell of its modules. */
  public static final String CONSTANTS = "forms";

  /** Among these: the outputs of a module, where the configuration says another number. */
  public static final String OUTPUTS = "outputs";

  /** The same of inputs. */
  public static final String INPUTS = "inputs";

  private static final LinearFormat DENSE = new DenseFormat();
  private static final List<LinearFormat> COMPRESSED =
      ServiceLoader.load(LinearFormat.class).stream().map(ServiceLoader.Provider::get).toList();

  private LinearFormats() {}

  /** The format of a module, or null if there are no tensors of it. */
  public static LinearFormat find(TensorShapes tensors, String module) {
    for (LinearFormat format : COMPRESSED) {
      if (format.holds(tensors, module)) {
        return format;
      }
    }
    return DENSE.holds(tensors, module) ? DENSE : null;
  }

  /** Whether the matrix of a module is in another format than whole. */
  public static boolean isCompressed(TensorShapes tensors, String module) {
    LinearFormat format = find(tensors, module);
    return format != null && format != DENSE;
  }

  /**
   * Width of the output of a module.
   *
   * @throws InputException if there are no tensors of it
   */
  public static int outputs(TensorShapes tensors, String module) {
    LinearFormat format = find(tensors, module);
    return (format == null ? DENSE : format).outputs(tensors, module);
  }

  /**
   * Reads a module in whatever format it is stored, without its bias.
   *
   * @throws InputException if a tensor is missing or does not fit
   */
  public static Linear read(ModuleTensors tensors, Place place) {
    LinearFormat format = find(tensors, place.module());
    // That of a missing matrix is the message that everyone understands.
    return (format == null ? DENSE : format).read(tensors, place);
  }

  /**
   * The number of rows that a tensor is stored with.
   *
   * @throws InputException if it has none
   */
  public static int rows(TensorShapes tensors, String name) {
    if (!tensors.has(name)) {
      throw new InputException("tensor '" + name + "' is missing");
    }
    Shape shape = tensors.shape(name);
    if (shape.rank() == 0 || shape.dim(0) < 1 || shape.dim(0) > Integer.MAX_VALUE) {
      throw new InputException(name + " has the shape " + shape + ", which is that of no matrix");
    }
    return (int) shape.dim(0);
  }

  /**
   * A checkpoint's block that also tells what the tensors do not.
   *
   * @param block not modified
   * @param modules what is written, by its names
   */
  public static ObjectNode describe(ObjectNode block, Map<String, Linear> modules) {
    ObjectNode forms = JsonNodeFactory.instance.objectNode();
    modules.forEach((name, linear) -> linear.describe(name, forms));
    ObjectNode described = block.deepCopy();
    described.remove(CONSTANTS);
    return forms.isEmpty() ? described : described.set(CONSTANTS, forms);
  }
}
