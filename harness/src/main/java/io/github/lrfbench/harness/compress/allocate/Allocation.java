package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the budget of a cell is shared out among matrices, as it is asked for: {@code
 * NAME[:OPTION=VALUE]...}.
 *
 * @param policy by what
 * @param options values of the policy's options that are not at their standard, by name
 * @param multiple ranks are multiples of this number
 */
public record Allocation(Policy policy, Map<String, String> options, int multiple) {
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
    /** Singular values compete as they are. */
    ABSOLUTE(
        "the same by errors as they are: for methods whose errors are of the loss", true, false),
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
    STRS("the least harmful of measured single cuts (ASVD)", true, 128),
    /** Singular values compete for measured time. */
    LATENCY("like greedy, but the budget is measured time instead of parameters", true, false),
    /** Zero Sum SVD's selection. */
    ZERO_SUM(
        "components leave so that what the loss changes by to first order sums to zero (ZS-SVD)",
        true,
        true,
        0,
        PolicyOption.choice("score", "zero-sum", Policy.BY_SIZE),
        PolicyOption.number("floor", "0", 0, 1)),
    /** The layer-wise error model search of KFAC-SVD's authors. */
    LEMS(
        "the least sum of errors, each scaled by what one cut of the matrix does to the outputs (LEMS)",
        true,
        128,
        PolicyOption.number("alpha", "0", 0, 3),
        PolicyOption.number("gamma", "5", 0, 100),
        PolicyOption.choice("kl", "measured", "equal"),
        PolicyOption.number("floor", "auto", 0, 1, "auto"),
        PolicyOption.count("tune", 1000)),
    /** The rule of Swift-SVD*. */
    EFFECTIVE_RANK(
        "within every type by errors and by how much blocks change their inputs (Swift-SVD*)",
        true,
        128,
        PolicyOption.number(Policy.ALPHA, SEARCHED, 0, 1, SEARCHED),
        PolicyOption.number("delta", "0.5", 0, 1)),
    /** A ratio for every block. */
    ATP(
        "the kept part falls linearly from the first to the last block (ATP)",
        true,
        128,
        PolicyOption.number(Policy.BETA, SEARCHED, -2, 2, SEARCHED));

    private static final String ALPHA = "alpha";
    private static final String BETA = "beta";

    /** Of {@code score}: changes count by their size alone. */
    static final String BY_SIZE = "absolute";

    private final String title;
    private final boolean needsSpectra;
    private final boolean needsExamples;
    private final int heldOut;
    private final List<PolicyOption> options;

    Policy(String title, boolean needsSpectra, boolean needsExamples) {
      this(title, needsSpectra, needsExamples, 0);
    }

    /** A policy that tries matrices in the model on so many held-out examples. */
    Policy(String title, boolean needsSpectra, int heldOut, PolicyOption... options) {
      this(title, needsSpectra, true, heldOut, options);
    }

    Policy(
        String title,
        boolean needsSpectra,
        boolean needsExamples,
        int heldOut,
        PolicyOption... options) {
      this.title = title;
      this.needsSpectra = needsSpectra;
      this.needsExamples = needsExamples;
      this.heldOut = heldOut;
      this.options = List.of(options);
    }

    /** The name in options and results: lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** One line for a reader. */
    public String title() {
      return title;
    }

    /** Whether singular values are looked at. */
    public boolean needsSpectra() {
      return needsSpectra;
    }

    /** Whether training examples are looked at, with options at their standard. */
    public boolean needsExamples() {
      return needsExamples;
    }

    /** Whether what each point of a matrix adds to the one before it is looked at. */
    public boolean needsParts() {
      return this == ZERO_SUM;
    }

    /** What it can be set to, for a reader; empty for nothing. */
    public String optionsText() {
      return options.stream()
          .map(option -> option.name() + "=" + option.standard() + " (" + option.values() + ")")
          .collect(Collectors.joining(", "));
    }

    private PolicyOption option(String name) {
      return options.stream()
          .filter(option -> option.name().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new InputException(
                      "--allocate "
                          + label()
                          + " has no option '"
                          + name
                          + "'; "
                          + (options.isEmpty() ? "it has none" : "it has " + optionsText())));
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

  /** What an option is whose value the loss on held-out examples decides. */
  static final String SEARCHED = "searched";

  /** Copies the options and checks the multiple. */
  public Allocation {
    options = Map.copyOf(options);
    if (multiple < 1) {
      throw new InputException("--round-to must be at least 1, but is " + multiple);
    }
  }

  /** A policy with its options at their standard. */
  public Allocation(Policy policy, int multiple) {
    this(policy, Map.of(), multiple);
  }

  /**
   * Reads what a user wrote.
   *
   * @throws InputException if there is no policy or option of a name, or a value is not allowed
   */
  public static Allocation parse(String text, int multiple) {
    String[] parts = text.split(":", -1);
    Policy policy = Policy.parse(parts[0]);
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] assignment = parts[i].split("=", 2);
      PolicyOption option = policy.option(assignment[0]);
      String value = option.parse(parts[0], assignment.length < 2 ? "" : assignment[1]);
      options.put(option.name(), value);
    }
    options.entrySet().removeIf(e -> policy.option(e.getKey()).standard().equals(e.getValue()));
    return new Allocation(policy, options, multiple);
  }

  /** The value of an option that the policy declares. */
  String option(String name) {
    return options.getOrDefault(name, policy.option(name).standard());
  }

  /** The value of an option that is a number. */
  double number(String name) {
    return Double.parseDouble(option(name));
  }

  /** Whether an option's value is to be found. */
  boolean isSearched(String name) {
    return option(name).equals(SEARCHED);
  }

  /** What the results shall tell of it; nothing of the standard one. */
  public Map<String, String> parameters() {
    return isStandard()
        ? Map.of()
        : Map.of("allocate", name(), "round_to", Integer.toString(multiple));
  }

  /** Whether models with other matrices are tried on held-out training examples. */
  public boolean triesInModel() {
    return heldOut() > 0;
  }

  /** How many training examples are held out to choose by, if there are as many; 0 for none. */
  public int heldOut() {
    boolean tries =
        switch (policy) {
          case LEMS -> option("kl").equals("measured") || number("tune") > 0;
          case EFFECTIVE_RANK -> isSearched(Policy.ALPHA);
          case ATP -> isSearched(Policy.BETA);
          default -> true;
        };
    return tries ? policy.heldOut : 0;
  }

  /** Whether training examples are looked at. */
  public boolean needsExamples() {
    // By errors alone where what blocks change counts nothing.
    boolean reads =
        switch (policy) {
          case LEMS, ATP -> triesInModel();
          case EFFECTIVE_RANK -> triesInModel() || number(Policy.ALPHA) > 0;
          default -> true;
        };
    return reads && policy.needsExamples();
  }

  /** The policy with its options that are not at their standard, in the order of the policy's. */
  public String name() {
    return policy.label()
        + policy.options.stream()
            .filter(option -> options.containsKey(option.name()))
            .map(option -> ":" + option.name() + "=" + options.get(option.name()))
            .collect(Collectors.joining());
  }

  /** Whether this is {@link #UNIFORM}. */
  public boolean isStandard() {
    return equals(UNIFORM);
  }

  /** All of it, as records tell it and users read it. */
  public String text() {
    return name() + (multiple == 1 ? "" : " round " + multiple);
  }

  /** What tells one from another in cell ids; it never changes. */
  public String token() {
    return name() + (multiple == 1 ? "" : " round " + multiple);
  }
}
