package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A method as it is asked for, {@code NAME[:OPTION=VALUE]...}.
 *
 * @param compressor the method
 * @param options the values of all its options
 */
public record MethodSpec(Compressor compressor, MethodOptions options) {
  /**
   * Reads what a user wrote.
   *
   * @throws InputException if there is no method or option of a name, or a value is not allowed
   */
  public static MethodSpec parse(String text) {
    String[] parts = text.split(":", -1);
    Compressor compressor = Compressors.get(parts[0]);
    MethodOptions options =
        MethodOptions.parse(
            "--method " + parts[0],
            compressor.info().options(),
            List.of(parts).subList(1, parts.length));
    compressor.check(options);
    return new MethodSpec(compressor, options);
  }

  /**
   * Checks that the method can share its budget out like this.
   *
   * @throws InputException if it cannot
   */
  public void check(Allocation allocation) {
    if (!compressor.allocates() && !allocation.isStandard()) {
      throw new InputException(
          "--method "
              + name()
              + " shares no budget out among matrices: leave out --allocate and --round-to");
    }
    if (allocation.policy().needsParts() && !compressor.nests(options)) {
      throw new InputException(
          "--allocate "
              + allocation.policy().label()
              + " takes matrices apart one rank after the other, but what --method "
              + name()
              + " makes of two budgets are not parts of each other: give another allocation");
    }
    if (allocation.policy() != Policy.UNIFORM
        && !compressor.allocates(allocation.policy(), options)) {
      throw new InputException(
          "--method " + name() + " has no --allocate " + allocation.policy().label());
    }
  }

  /**
   * Checks that the method knows what a budget is a share of.
   *
   * @throws InputException if it does not
   */
  public void check(Budget budget) {
    compressor.check(budget, options);
    // What improves what others made takes no budget.
    if (compressor.takes() != Takes.ALL
        && !compressor.energies(options).contains(budget.energyOf())) {
      throw new InputException(
          "--method "
              + text()
              + " has no --energy-of "
              + budget.energyOf().label()
              + ": it knows "
              + compressor.energies(options).stream()
                  .sorted()
                  .map(EnergyOf::label)
                  .collect(Collectors.joining(", ")));
    }
  }

  /** The method's name. */
  public String name() {
    return compressor.info().name();
  }

  /** The shortest text that {@link #parse} reads as this: the name, and options that differ. */
  public String text() {
    return text(false);
  }

  /**
   * The text by which results are found again: it tells options whose standard has moved, too, so
   * that results by the standard of before are not taken for those of today's.
   */
  public String id() {
    return text(true);
  }

  private String text(boolean tellMoved) {
    return name() + options.text(compressor.info().options(), tellMoved);
  }

  /** What the method needs with these options. */
  public Set<Need> needs() {
    return compressor.needs(options);
  }

  /** Whether the method computes from calibration data of the task. */
  public boolean needsCalibration() {
    return needs().stream().anyMatch(Need::isCalibration);
  }
}
