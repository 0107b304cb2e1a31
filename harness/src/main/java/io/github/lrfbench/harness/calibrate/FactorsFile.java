package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
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

/** Fisher factors in a file, as {@link MomentsFile} writes numbers. */
final class FactorsFile {
  private static final String OUTPUTS = ".outputs";
  private static final String INPUTS = ".inputs";
  private static final String SUM = ".sum";

  private FactorsFile() {}

  /** Adds the factors of all slots. */
  static void add(SafetensorsWriter writer, FisherFactors factors) {
    factors
        .all()
        .forEach(
            (slot, own) -> {
              add(writer, slot + OUTPUTS, own.outputs());
              if (own.inputs() != null) {
                add(writer, slot + INPUTS, own.inputs());
              }
              if (own.inputSum() != null) {
                MomentsFile.add(writer, slot + SUM, Shape.of(own.inputSum().length), own::inputSum);
              }
            });
  }

  private static void add(SafetensorsWriter writer, String name, Matrix matrix) {
    long n = matrix.rows();
    MomentsFile.add(writer, name, Shape.of(n * (n + 1) / 2), () -> MomentsFile.triangle(matrix));
  }

  /** The factors in a file, or null if there is none or it is damaged. */
  static FisherFactors read(Path file, Model model) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    FisherFactors factors = new FisherFactors(model.device().openScope());
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      for (LinearSlot slot : model.slots()) {
        factors.put(
            slot.name(),
            new Factors(
                read(saved, slot.name() + OUTPUTS, slot.linear().outputs(), factors),
                has(saved, slot.name() + INPUTS)
                    ? read(saved, slot.name() + INPUTS, slot.linear().inputs(), factors)
                    : null,
                has(saved, slot.name() + SUM) ? MomentsFile.read(saved, slot.name() + SUM) : null));
      }
      return factors;
    } catch (InputException | IndexOutOfBoundsException e) {
      factors.close();
      return null;
    }
  }

  private static boolean has(SafetensorsFile saved, String name) {
    return saved.names().contains(name + MomentsFile.FIRST_PART);
  }

  private static Matrix read(SafetensorsFile saved, String name, int n, FisherFactors owner) {
    Tensor matrix = owner.scope().allocate(DType.F64, n, n);
    MomentsFile.fill(matrix, MomentsFile.read(saved, name), n);
    return Matrix.of(matrix);
  }
}
