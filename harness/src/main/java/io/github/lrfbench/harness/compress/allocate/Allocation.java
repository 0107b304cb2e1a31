package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;

/**
 * How the budget of a cell is shared out among matrices.
 *
 * @param policy by what
 * @param multiple ranks are multiples of this number
 */
public record Allocation(Policy policy, int multiple) {
  /** Every matrix for itself, any rank. */
  public static final Allocation UNIFORM = new Allocation(Policy.UNIFORM, 1);

  /** What decides on ranks. */
  public enum Policy {
    /** Every matrix keeps the same fraction, rank or share of energy, as the budget says. */
    UNIFORM("the same fraction or rank for every matrix", false, false),
    /** Every matrix keeps the same share of energy, which the budget decides. */
    ENERGY("the same share of its squared singular values for every matrix", true, false),
    /** Singular values of all matrices compete. */
    GREEDY("singular values of all matrices compete by relative error per parameter", true, false),
    /** The same by one price for a parameter. */
    LAGRANGE("the same by bisection of one price for a parameter", true, false),
    /** Errors of outputs compete, weighted by measured gradients. */
    SENSITIVITY(
        "like greedy, but what competes are errors of outputs, weighted by their squared gradients",
        true,
        true),
    /** SVD-LLM V2's ratios within types. */
    V2("within every type of matrix by 1 / ln of the error (SVD-LLM V2)", true, false),
    /** ASVD's search. */
    STRS("the least harmful of measured single cuts (ASVD)", true, true),
    /** Singular values compete for measured time. */
    LATENCY("like greedy, but the budget is measured time instead of parameters", true, false);

    private final String title;
    private final boolean needsSpectra;
    private final boolean needsExamples;

    Policy(String title, boolean needsSpectra, boolean needsExamples) {
      this.title = title;
      this.needsSpectra = needsSpectra;
      this.needsExamples = needsExamples;
    }

    /** The name in options and results: lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** One line for a reader. */
    public String title() {
      return title;
    }

    /** Whether singular values are looked at. */
    public boolean needsSpectra() {
      return needsSpectra;
    }

    /** Whether training examples are looked at. */
    public boolean needsExamples() {
      return needsExamples;
    }

    /**
     * The policy of a name.
     *
     * @throws InputException if there is none
     */
    public static Policy parse(String label) {
      return Arrays.stream(values())
          .filter(policy -> policy.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  Names.unknown(
                      "allocation", label, Arrays.stream(values()).map(Policy::label).toList()));
    }
  }

  /** Checks the multiple. */
  public Allocation {
    if (multiple < 1) {
      throw new InputException("--round-to must be at least 1, but is " + multiple);
    }
  }

  /** Whether this is {@link #UNIFORM}. */
  public boolean isStandard() {
    return equals(UNIFORM);
  }

  /** All of it, as records tell it and users read it. */
  public String text() {
    return policy.label() + (multiple == 1 ? "" : " round " + multiple);
  }

  /** What tells one from another in cell ids; it never changes. */
  public String token() {
    return policy.label() + (multiple == 1 ? "" : " round " + multiple);
  }
}
