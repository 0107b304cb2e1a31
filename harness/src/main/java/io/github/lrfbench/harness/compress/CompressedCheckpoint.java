package io.github.lrfbench.harness.compress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.LowRankNames;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes a compressed model as a Hugging Face directory: all tensors of the source but the replaced
 * matrices, of which the factors are written, or the product for programs that know no factors.
 */
public final class CompressedCheckpoint {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final Checkpoint source;
  private final Map<String, Linear> replacements;
  private final Device device;

  /**
   * A compressed model.
   *
   * @param source the dense model's checkpoint, open until the model is written
   * @param replacements the new maps by slot name
   * @param device where the maps are
   */
  public CompressedCheckpoint(Checkpoint source, Map<String, Linear> replacements, Device device) {
    this.source = source;
    this.replacements = replacements;
    this.device = device;
  }

  /**
   * Writes the directory.
   *
   * @param target absent, empty, or a directory that was written like this before
   * @param multipliedOut true writes matrices instead of factors
   * @param block what {@code config.json} shall tell of the compression, under the key {@code
   *     lrfbench}
   * @throws io.github.lrfbench.kernels.InputException if it cannot be written
   */
  public void write(Path target, boolean multipliedOut, ObjectNode block) {
    SafetensorsWriter weights = new SafetensorsWriter();
    for (String name : source.names()) {
      if (name.endsWith(BIAS) && replacements.containsKey(module(name, BIAS))) {
        continue;
      }
      Linear replacement = name.endsWith(WEIGHT) ? replacements.get(module(name, WEIGHT)) : null;
      if (replacement == null) {
        weights.add(name, source.shape(name), () -> source.readFloats(name));
        continue;
      }
      String module = module(name, WEIGHT);
      if (replacement.bias() != null) {
        weights.add(
            module + BIAS, Shape.of(replacement.outputs()), () -> replacement.bias().toFloats());
      }
      if (multipliedOut) {
        Shape shape = Shape.of(replacement.outputs(), replacement.inputs());
        weights.add(name, shape, () -> materialize(replacement));
      } else {
        addFactors(weights, module, (LowRankLinear) replacement);
      }
    }
    ObjectNode config = source.config();
    for (String key : new String[] {"dtype", "torch_dtype"}) {
      if (config.has(key)) {
        config.put(key, "float32");
      }
    }
    config.set("lrfbench", block);
    CheckpointWriter.write(target, config, weights, source.directory());
  }

  private static String module(String name, String ending) {
    return name.substring(0, name.length() - ending.length());
  }

  private void addFactors(SafetensorsWriter weights, String module, LowRankLinear linear) {
    Matrix down = linear.factors().down();
    Matrix up = linear.factors().up();
    Shape upShape = Shape.of(up.cols(), up.rows());
    weights.add(module + LowRankNames.UP, upShape, () -> read(up, true));
    Shape downShape = Shape.of(down.rows(), down.cols());
    weights.add(module + LowRankNames.DOWN, downShape, () -> read(down, false));
  }

  private float[] materialize(Linear linear) {
    try (Scope scope = device.openScope()) {
      Tensor matrix = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
      linear.materialize(device, Matrix.of(matrix));
      return matrix.toFloats();
    }
  }

  private float[] read(Matrix matrix, boolean transposed) {
    try (Scope scope = device.openScope()) {
      int rows = transposed ? matrix.cols() : matrix.rows();
      Tensor target = scope.allocate(DType.F32, rows, matrix.rows() + matrix.cols() - rows);
      if (transposed) {
        device.blas().transpose(matrix, Matrix.of(target));
      } else {
        device.blas().copy(matrix, Matrix.of(target));
      }
      return target.toFloats();
    }
  }
}
