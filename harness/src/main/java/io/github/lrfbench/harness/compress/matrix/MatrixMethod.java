package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.calibrate.Tokens;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A method that stores matrices in another form, each for itself. It says which points it offers
 * for a matrix and how to factorize it; budgets, allocations, reuse over the cells of a sweep,
 * sequential statistics, biases and reports are the same for all.
 *
 * <p>Options of all: {@code statistics=sequential} collects the moments of a block's inputs after
 * the blocks before it were compressed, instead of on the dense model; {@code bias=compensate} adds
 * to the bias what the matrix loses on the mean input, (W − Ŵ) μ (Masana et al. 2017).
 */
public abstract class MatrixMethod implements Compressor {
  /** Rows and columns of the matrix by which it is told whether a method can meet a budget. */
  private static final int USUAL_SIZE = 768;

  private static final String STATISTICS = "statistics";
  private static final String SEQUENTIAL = "sequential";
  private static final String BIAS = "bias";
  private static final String COMPENSATE = "compensate";
  private static final String TOKENS = "tokens";

  /**
   * The method's own options, and those of all.
   *
   * @param own may hold one of the others, with another standard
   */
  protected static List<MethodOption> options(MethodOption... own) {
    List<MethodOption> common =
        Stream.of(
                MethodOption.choice(STATISTICS, "static", SEQUENTIAL),
                MethodOption.choice(BIAS, "keep", COMPENSATE))
            .filter(option -> Stream.of(own).noneMatch(other -> other.name().equals(option.name())))
            .toList();
    return Stream.concat(Stream.of(own), common.stream()).toList();
  }

  /**
   * The option {@code tokens} of methods that read inputs: of which tokens the moments are, all or
   * those that the model's output depends on.
   */
  public static MethodOption tokens() {
    return MethodOption.choice(TOKENS, "all", "reached");
  }

  /** The tokens that options name. */
  public static Tokens tokens(MethodOptions options) {
    return options.is(TOKENS, "reached") ? Tokens.REACHED : Tokens.ALL;
  }

  /** The option {@code bias}, its standard being to compensate. */
  protected static MethodOption compensatedBias() {
    return MethodOption.choice(BIAS, COMPENSATE, "keep");
  }

  /**
   * What a matrix W of [rows, cols] can be stored at, whatever its numbers are. Errors need not be
   * known.
   */
  protected abstract OperatingPoints points(int rows, int cols, MethodOptions options);

  /**
   * What the matrix of a slot can be stored at. Slots of one shape and as many stored numbers have
   * the same points.
   *
   * @throws InputException if the method does not take the form in which it is stored
   */
  protected OperatingPoints points(LinearSlot slot, MethodOptions options) {
    return points(slot.linear().outputs(), slot.linear().inputs(), options);
  }

  /**
   * Factorizes matrices.
   *
   * @return in the order of the request's targets
   */
  protected abstract List<? extends Factorization> factorize(FactorRequest request);

  /**
   * Why a matrix stays as it is.
   *
   * @param matrix its points
   * @param point that it would save nothing at; the number of points where the budget allows it as
   *     it is
   */
  protected String keptDense(OperatingPoints matrix, int point) {
    return point == matrix.count()
        ? "kept dense: the budget allows the matrix as it is"
        : "kept dense: "
            + matrix.get(point).label()
            + " would take no less memory than the matrix as it is";
  }

  /**
   * Whether to factorize takes so long that all cells share one factorization of a matrix, made for
   * the dearest point of use, and not for their own.
   */
  protected boolean isSlow(MethodOptions options) {
    return false;
  }

  /** What the results shall tell of the method beside the values of its options. */
  protected Map<String, String> constants() {
    return Map.of();
  }

  @Override
  public boolean canMeet(Budget budget, MethodOptions options) {
    if (hasOwnSize(options)) {
      return false;
    }
    OperatingPoints points = points(USUAL_SIZE, USUAL_SIZE, options);
    Point cheapest = points.get(0);
    boolean says = cheapest.rank() > 0 || !budget.needsRanks();
    return says && (budget.needsErrors() || budget.unit().of(cheapest) <= budget.allowance(points));
  }

  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    // Words are what a table reads, and of these no outputs are measured for every point.
    return takes() == Takes.TABLES ? Set.of(EnergyOf.OWN) : EnumSet.allOf(EnergyOf.class);
  }

  /** Of most forms what is cheaper is no part of what is dearer. */
  @Override
  public boolean nests(MethodOptions options) {
    return false;
  }

  /** What factorizations are made from: what is done with them afterwards may need more. */
  protected Set<Need> factorizationNeeds(MethodOptions options) {
    return info().needs();
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = EnumSet.copyOf(factorizationNeeds(options));
    if (compensates(options)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return Compressor.super.triesInModel(options) || isSequential(options);
  }

  @Override
  public void check(MethodOptions options) {
    if (isSequential(options) && !needs(options).contains(Need.ACTIVATIONS)) {
      throw new InputException(
          "--method "
              + info().name()
              + " asks for no activations: statistics=sequential would change nothing");
    }
  }

  /** Whether moments of a block's inputs are collected after the blocks before. */
  protected static boolean isSequential(MethodOptions options) {
    return options.is(STATISTICS, SEQUENTIAL);
  }

  /** Whether biases make up for what matrices lose on the mean of their inputs. */
  public static boolean compensates(MethodOptions options) {
    return options.is(BIAS, COMPENSATE);
  }

  /**
   * Whether an option says what is done after matrices were factorized, so that factorizations do
   * not depend on it.
   */
  protected boolean isOfFits(String option) {
    return false;
  }

  /** Whether options ask for more of inputs than moments in the dense model. */
  public static boolean readsMore(MethodOptions options) {
    return isSequential(options) || compensates(options);
  }

  /** Whether factorizations reckon with what the bias will make up for. */
  protected boolean factorsByBias() {
    return false;
  }

  /** What factorizations depend on: the method and its own options. */
  final String factorizationKey(MethodOptions options) {
    StringBuilder key = new StringBuilder(info().name());
    options
        .values()
        .forEach(
            (name, value) -> {
              boolean later = name.equals(BIAS) ? !factorsByBias() : isOfFits(name);
              if (!name.equals(STATISTICS) && !name.equals(TOKENS) && !later) {
                key.append(':').append(name).append('=').append(value);
              }
            });
    return key.toString();
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return new MatrixWalk(this, request).run();
  }

  /**
   * The matrices that a request would replace, each with its point, where shapes alone say that.
   *
   * @param request uniform, by a budget that asks for no errors
   */
  protected final List<FactorRequest.Target> targets(CompressionRequest request) {
    return new Points(this, request, null).choose((slot, note) -> {});
  }
}
