package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fisher factors in a file, in double precision, one triangle of each. */
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
              MomentsFile.addTriangle(writer, slot + OUTPUTS, own.outputs());
              if (own.inputs() != null) {
                MomentsFile.addTriangle(writer, slot + INPUTS, own.inputs());
              }
              if (own.inputSum() != null) {
                writer.addDoubles(slot + SUM, Shape.of(own.inputSum().length), own::inputSum);
              }
            });
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
                saved.has(slot.name() + INPUTS)
                    ? read(saved, slot.name() + INPUTS, slot.linear().inputs(), factors)
                    : null,
                saved.has(slot.name() + SUM) ? saved.readDoubles(slot.name() + SUM) : null));
      }
      return factors;
    } catch (InputException | IndexOutOfBoundsException e) {
      factors.close();
      return null;
    }
  }

  private static Matrix read(SafetensorsFile saved, String name, int n, FisherFactors owner) {
    return MomentsFile.readTriangle(saved, name, n, owner.scope());
  }
}
