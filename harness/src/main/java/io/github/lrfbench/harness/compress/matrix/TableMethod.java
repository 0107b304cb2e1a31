package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What methods share that store the table of words in another form. They keep what the budget says,
 * or what options do where the budget is another stage's; words count by how often they stand in
 * the calibration data, or all alike.
 */
public interface TableMethod extends Compressor {
  /** The option by which words are weighed. */
  String WEIGHTS = "weights";

  /** Its value where they count as often as they are seen. */
  String FREQUENCY = "frequency";

  /** The option for a share. */
  String KEEP = "keep";

  /** The option for a rank. */
  String RANK = "rank";

  /** The value of both where the budget says it. */
  String NOT_GIVEN = "budget";

  @Override
  default Takes takes() {
    return Takes.TABLES;
  }

  @Override
  default boolean allocates() {
    return false;
  }

  @Override
  default boolean hasOwnSize(MethodOptions options) {
    return ownBudget(options) != null;
  }

  /** The option {@code weights}: how much each word counts. */
  static MethodOption weights() {
    return MethodOption.choice(WEIGHTS, FREQUENCY, "none");
  }

  /** The option {@code keep}: the share of the table's numbers that is kept. */
  static MethodOption keep() {
    MethodOption number = MethodOption.number(KEEP, 1, 0, 1);
    return orBudget(number, "0..1");
  }

  /** The option {@code rank}. */
  static MethodOption rank() {
    return orBudget(MethodOption.count(RANK, 1, 1, 1_000_000), "1..1000000");
  }

  private static MethodOption orBudget(MethodOption number, String values) {
    return new MethodOption(
        number.name(),
        NOT_GIVEN + " or " + values,
        NOT_GIVEN,
        text -> {
          String value = text.equals(NOT_GIVEN) ? text : number.canonical().apply(text);
          return "0".equals(value) ? null : value;
        });
  }

  /** What the options say of how much is kept; null where they do not. */
  static Budget ownBudget(MethodOptions options) {
    if (isGiven(options, RANK)) {
      return new Budget.Rank(options.count(RANK));
    }
    return isGiven(options, KEEP) ? new Budget.Keep(options.number(KEEP)) : null;
  }

  private static boolean isGiven(MethodOptions options, String name) {
    return options.values().containsKey(name) && !options.is(name, NOT_GIVEN);
  }

  /** Whether an option says nothing of how a table is taken apart. */
  static boolean isSize(String option) {
    return option.equals(KEEP) || option.equals(RANK);
  }

  /**
   * Checks that one size is given at most.
   *
   * @throws InputException if there are two
   */
  static void check(String method, MethodOptions options) {
    if (isGiven(options, RANK) && isGiven(options, KEEP)) {
      throw new InputException("--method " + method + ": give rank or keep, not both");
    }
  }

  /** What a method needs to weigh words. */
  static Set<Need> needed(MethodOptions options) {
    return Set.of(options.is(WEIGHTS, FREQUENCY) ? Need.ACTIVATIONS : Need.WEIGHTS);
  }

  /**
   * By what the vector of each word is multiplied before it is approximated, the root of how often
   * the word is seen; a word that is not seen counts as one that is seen once. Null where all words
   * count alike.
   */
  static double[] scales(MethodOptions options, SlotStatistics statistics) {
    return options.is(WEIGHTS, FREQUENCY)
        ? Arrays.stream(statistics.calibrator().wordCounts())
            .map(count -> Math.sqrt(Math.max(count, 1)))
            .toArray()
        : null;
  }

  /**
   * The request with what options say of how much is kept as its budget, where they do.
   *
   * @throws InputException if nothing says how much is to be kept
   */
  static CompressionRequest sized(String method, CompressionRequest asked) {
    Budget own = ownBudget(asked.options());
    if (own == null && asked.budget() == null) {
      throw new InputException(
          "another stage of the chain has the budget: say what --method "
              + method
              + " keeps by its options, or mark it, "
              + method
              + "@");
    }
    return own == null
        ? asked
        : asked.with(asked.slots(), own, asked.allocation(), asked.options());
  }

  /**
   * Compresses tables.
   *
   * @throws InputException if nothing says how much is to be kept
   */
  static Compression run(MatrixMethod method, CompressionRequest asked) {
    CompressionRequest request = sized(method.info().name(), asked);
    boolean counted = needed(request.options()).contains(Need.ACTIVATIONS);
    Compression made = new MatrixWalk(method, request).run();
    if (!counted) {
      return made;
    }
    double[] roots = Arrays.stream(request.statistics().wordCounts()).map(Math::sqrt).toArray();
    List<LayerReport> reports =
        made.layers().stream()
            .map(
                report ->
                    withOutputs(report, request, made.replacements().get(report.layer()), roots))
            .toList();
    return new Compression(made.replacements(), reports, made.parameters());
  }

  /** With the errors of what is looked up for the words of the examples. */
  private static LayerReport withOutputs(
      LayerReport report, CompressionRequest request, Linear now, double[] roots) {
    LinearSlot slot =
        request.slots().stream()
            .filter(table -> table.name().equals(report.layer()))
            .findFirst()
            .orElseThrow();
    try (Scope scratch = request.scope().device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      double norm = scaledNorm(w, roots);
      double error =
          now == null ? 0 : scaledNorm(MatrixErrors.difference(slot, now, scratch), roots);
      return report.withOutputs(norm, error);
    }
  }

  private static double scaledNorm(Matrix w, double[] scales) {
    w.device().blas().scaleColumns(w, scales);
    return Math.sqrt(w.device().blas().squaredNorm(w));
  }
}
