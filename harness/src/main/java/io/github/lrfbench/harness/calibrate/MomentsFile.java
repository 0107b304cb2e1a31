package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Moments in a file of F32 numbers: every number in double precision is written as the sum of two,
 * which keeps 48 of its 53 bits.
 */
final class MomentsFile {
  private static final String[] PARTS = {".high", ".low"};

  private MomentsFile() {}

  static void add(SafetensorsWriter writer, String slot, Moments moments) {
    int n = moments.mean().length;
    add(writer, slot + ".gram", Shape.of(n, n), moments.gram().data().toDoubles());
    add(writer, slot + ".mean", Shape.of(n), moments.mean());
    add(writer, slot + ".magnitude", Shape.of(n), moments.meanMagnitude());
    add(writer, slot + ".tokens", Shape.of(1), new double[] {moments.tokens()});
  }

  private static void add(SafetensorsWriter writer, String name, Shape shape, double[] values) {
    writer.add(name + PARTS[0], shape, () -> part(values, false));
    writer.add(name + PARTS[1], shape, () -> part(values, true));
  }

  private static float[] part(double[] values, boolean low) {
    float[] part = new float[values.length];
    for (int i = 0; i < part.length; i++) {
      float high = (float) values[i];
      part[i] = low ? (float) (values[i] - high) : high;
    }
    return part;
  }

  /** The moments in a file, or null if there is none or it is damaged. */
  static ActivationMoments read(Path file, Model model) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    ActivationMoments moments = new ActivationMoments(model.device().openScope());
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      for (LinearSlot slot : model.slots()) {
        int n = slot.linear().inputs();
        Tensor gram = moments.scope().allocate(DType.F64, n, n);
        double[] products = read(saved, slot.name() + ".gram");
        gram.write(0, products, 0, products.length);
        moments.put(
            slot.name(),
            new Moments(
                (long) read(saved, slot.name() + ".tokens")[0],
                Matrix.of(gram),
                read(saved, slot.name() + ".mean"),
                read(saved, slot.name() + ".magnitude")));
      }
      return moments;
    } catch (InputException | IndexOutOfBoundsException e) {
      moments.close();
      return null;
    }
  }

  private static double[] read(SafetensorsFile saved, String name) {
    float[] high = saved.readFloats(name + PARTS[0]);
    float[] low = saved.readFloats(name + PARTS[1]);
    double[] values = new double[high.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (double) high[i] + low[i];
    }
    return values;
  }
}
