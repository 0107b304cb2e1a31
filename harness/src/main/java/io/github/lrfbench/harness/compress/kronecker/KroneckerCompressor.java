package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The method {@code kronecker}: every matrix is replaced by the nearest sum of Kronecker products
 * in the Frobenius norm (Van Loan and Pitsianis 1993), or by one whose outputs come close to its
 * own. The budget chooses the sizes of the factors and how many products there are, or the latter
 * alone where an option says the sizes.
 */
public final class KroneckerCompressor extends MatrixMethod {
  private static final String TERMS = "terms";
  private static final String SHAPE = "shape";
  private static final String AUTO = "auto";
  private static final String FIT = "fit";
  private static final String OUTPUTS = "outputs";
  private static final MethodOption SWEEPS_OPTION = MethodOption.count("sweeps", 10, 1, 1000);

  private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,8})x([1-9]\\d{0,8})");

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "kronecker",
        "nearest sum of Kronecker products",
        "Van Loan and Pitsianis 1993",
        Set.of(Need.WEIGHTS),
        "itself with fit=outputs where inputs are white",
        options(
            MethodOption.count(TERMS, 16, 1, 4096).movedStandard(),
            MethodOption.choice(FIT, "weights", OUTPUTS),
            SWEEPS_OPTION,
            tokens(),
            new MethodOption(
                SHAPE,
                "auto or the M1xN1 of A",
                AUTO,
                text -> text.equals(AUTO) || SIZE.matcher(text).matches() ? text : null)));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (options.is(FIT, OUTPUTS)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    for (MethodOption option : List.of(SWEEPS_OPTION, tokens())) {
      if (!options.is(FIT, OUTPUTS) && !options.is(option.name(), option.standard())) {
        throw new InputException(
            "--method kronecker: " + option.name() + " is of fit=outputs and would change nothing");
      }
    }
  }

  private static List<KroneckerShape> shapes(int rows, int cols, MethodOptions options) {
    Matcher size = SIZE.matcher(options.text(SHAPE));
    return size.matches()
        ? ShapeFamily.near(
            rows,
            cols,
            Integer.parseInt(size.group(1)),
            Integer.parseInt(size.group(2)),
            options.count(TERMS))
        : ShapeFamily.all(rows, cols, options.count(TERMS));
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    return ShapeFamily.points(rows, cols, shapes(rows, cols, options));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    Map<List<Integer>, List<KroneckerShape>> bySize = new HashMap<>();
    List<Factorization> made = new ArrayList<>();
    for (Target target : request.targets()) {
      int rows = target.slot().linear().outputs();
      int cols = target.slot().linear().inputs();
      List<KroneckerShape> shapes =
          bySize.computeIfAbsent(
              List.of(rows, cols), size -> shapes(rows, cols, request.options()));
      made.add(
          request.options().is(FIT, OUTPUTS)
              ? OutputKronecker.of(
                  target.slot(),
                  shapes,
                  request.statistics().moments(target.slot()),
                  request.options().count(SWEEPS_OPTION.name()),
                  target.errors(),
                  request.scope())
              : NearestKronecker.of(target.slot(), shapes, target.errors(), request.scope()));
    }
    return made;
  }
}
