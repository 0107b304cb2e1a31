package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Moments in a file, in double precision, so that statistics are the same whether they were read or
 * collected. Of symmetric matrices one triangle is written.
 */
final class MomentsFile {
  private MomentsFile() {}

  /** Adds the moments of all slots; those of an input that slots share are written once. */
  static void add(SafetensorsWriter writer, Map<String, Moments> bySlot) {
    Map<Tensor, String> owners = new IdentityHashMap<>();
    bySlot.forEach(
        (slot, moments) -> {
          if (owners.putIfAbsent(moments.gram().data(), slot) == null) {
            int n = moments.mean().length;
            addTriangle(writer, slot + ".gram", moments.gram());
            writer.addDoubles(slot + ".mean", Shape.of(n), moments::mean);
            writer.addDoubles(slot + ".magnitude", Shape.of(n), moments::meanMagnitude);
            writer.addDoubles(slot + ".tokens", Shape.of(1), () -> new double[] {moments.tokens()});
          }
        });
  }

  /** Adds the rows of a symmetric matrix up to the diagonal. */
  static void addTriangle(SafetensorsWriter writer, String name, Matrix matrix) {
    long n = matrix.rows();
    writer.addDoubles(name, Shape.of(n * (n + 1) / 2), () -> triangle(matrix));
  }

  private static double[] triangle(Matrix matrix) {
    int n = matrix.rows();
    double[] values = new double[Math.toIntExact(n * (n + 1L) / 2)];
    int at = 0;
    for (int i = 0; i < n; i++) {
      matrix.data().read((long) i * matrix.stride(), values, at, i + 1);
      at += i + 1;
    }
    return values;
  }

  /** Reads both triangles of a symmetric matrix of n rows from {@link #addTriangle}. */
  static Matrix readTriangle(SafetensorsFile saved, String name, int n, Scope owner) {
    double[] triangle = saved.readDoubles(name);
    double[] values = new double[n * n];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        values[i * n + j] = triangle[at];
        values[j * n + i] = triangle[at];
        at++;
      }
    }
    Tensor matrix = owner.allocate(DType.F64, n, n);
    matrix.write(0, values, 0, values.length);
    return Matrix.of(matrix);
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
        if (saved.has(slot.name() + ".tokens")) {
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
    return new Moments(
        (long) saved.readDoubles(slot.name() + ".tokens")[0],
        readTriangle(saved, slot.name() + ".gram", n, owner.scope()),
        saved.readDoubles(slot.name() + ".mean"),
        saved.readDoubles(slot.name() + ".magnitude"));
  }
}
