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
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Moments in a file of F32 numbers: every number in double precision is written as the sum of
 * three, which keeps all of its 53 bits, so that statistics are the same whether they were read or
 * collected. Of symmetric matrices one triangle is written.
 */
final class MomentsFile {
  /** The end of the name of the first of a number's parts. */
  static final String FIRST_PART = ".high";

  private static final String[] PARTS = {FIRST_PART, ".middle", ".low"};

  private MomentsFile() {}

  /** Adds the moments of all slots; those of an input that slots share are written once. */
  static void add(SafetensorsWriter writer, Map<String, Moments> bySlot) {
    Map<Tensor, String> owners = new IdentityHashMap<>();
    bySlot.forEach(
        (slot, moments) -> {
          if (owners.putIfAbsent(moments.gram().data(), slot) == null) {
            int n = moments.mean().length;
            add(writer, slot + ".gram", Shape.of(n * (n + 1L) / 2), () -> triangle(moments.gram()));
            add(writer, slot + ".mean", Shape.of(n), moments::mean);
            add(writer, slot + ".magnitude", Shape.of(n), moments::meanMagnitude);
            add(writer, slot + ".tokens", Shape.of(1), () -> new double[] {moments.tokens()});
          }
        });
  }

  /** The rows of a symmetric matrix up to the diagonal. */
  static double[] triangle(Matrix matrix) {
    int n = matrix.rows();
    double[] values = new double[Math.toIntExact(n * (n + 1L) / 2)];
    int at = 0;
    for (int i = 0; i < n; i++) {
      matrix.data().read((long) i * matrix.stride(), values, at, i + 1);
      at += i + 1;
    }
    return values;
  }

  /** Both triangles of a symmetric matrix of n rows from {@link #triangle}. */
  static void fill(Tensor target, double[] triangle, int n) {
    double[] values = new double[n * n];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        values[i * n + j] = triangle[at];
        values[j * n + i] = triangle[at];
        at++;
      }
    }
    target.write(0, values, 0, values.length);
  }

  /** Adds numbers in double precision. */
  static void add(SafetensorsWriter writer, String name, Shape shape, Supplier<double[]> values) {
    for (int i = 0; i < PARTS.length; i++) {
      int number = i;
      writer.add(name + PARTS[i], shape, () -> part(values.get(), number));
    }
  }

  /** What is left after so many parts, in single precision. */
  private static float[] part(double[] values, int number) {
    float[] part = new float[values.length];
    for (int i = 0; i < part.length; i++) {
      double left = values[i];
      for (int before = 0; before < number; before++) {
        left -= (float) left;
      }
      part[i] = (float) left;
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
      Moments last = null;
      for (LinearSlot slot : model.slots()) {
        // Slots that share an input follow each other.
        if (saved.names().contains(slot.name() + ".tokens" + PARTS[0])) {
          last = read(saved, slot, moments);
        }
        if (last == null || last.mean().length != slot.linear().inputs()) {
          moments.close();
          return null;
        }
        moments.put(slot.name(), last);
      }
      return moments;
    } catch (InputException | IndexOutOfBoundsException e) {
      moments.close();
      return null;
    }
  }

  private static Moments read(SafetensorsFile saved, LinearSlot slot, ActivationMoments owner) {
    int n = slot.linear().inputs();
    Tensor gram = owner.scope().allocate(DType.F64, n, n);
    fill(gram, read(saved, slot.name() + ".gram"), n);
    return new Moments(
        (long) read(saved, slot.name() + ".tokens")[0],
        Matrix.of(gram),
        read(saved, slot.name() + ".mean"),
        read(saved, slot.name() + ".magnitude"));
  }

  /** Numbers in double precision. */
  static double[] read(SafetensorsFile saved, String name) {
    double[] values = null;
    // The smallest first: no sum of two is rounded.
    for (int part = PARTS.length - 1; part >= 0; part--) {
      float[] read = saved.readFloats(name + PARTS[part]);
      values = values == null ? new double[read.length] : values;
      for (int i = 0; i < read.length; i++) {
        values[i] += read[i];
      }
    }
    return values;
  }
}
