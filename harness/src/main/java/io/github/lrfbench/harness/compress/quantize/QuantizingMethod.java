package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Methods that store weights as codes of a few bits, on a {@link CodeGrid} for every group. Of a
 * matrix that has another form already, they do that to what the form is made of.
 */
abstract class QuantizingMethod extends MatrixMethod {
  private static final String BITS = "bits";
  private static final String BUDGET = "budget";
  private static final int FEWEST = 2;

  /** The option {@code bits} of methods that leave the number to the budget, or to the user. */
  static MethodOption bits() {
    return new MethodOption(
        BITS,
        "budget or 2..8",
        BUDGET,
        text ->
            text.equals(BUDGET)
                ? BUDGET
                : MethodOption.count(BITS, FEWEST, FEWEST, Byte.SIZE).canonical().apply(text));
  }

  /** The method's own options, those of its grid, and those of all. */
  static List<MethodOption> options(List<MethodOption> grid, MethodOption... own) {
    MethodOption[] all = Stream.concat(Stream.of(own), grid.stream()).toArray(MethodOption[]::new);
    return MatrixMethod.options(all);
  }

  /** The grids that a matrix may be rounded to, from the fewest bits on. */
  List<CodeGrid> grids(MethodOptions options) {
    IntStream bits =
        options.is(BITS, BUDGET)
            ? IntStream.rangeClosed(FEWEST, Byte.SIZE)
            : IntStream.of(options.count(BITS));
    return bits.mapToObj(each -> CodeGrid.of(options, each)).toList();
  }

  @Override
  public final Takes takes() {
    return Takes.LEAVES;
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (budget.unit() == Budget.Unit.NUMBERS && grids(options).size() > 1) {
      throw new InputException(
          "--method "
              + info().name()
              + " keeps every number: --"
              + budget.kind()
              + " says nothing of it; give --bits, or its option bits");
    }
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    return CodeGrid.points(grids(options), rows, cols);
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream().map(target -> factorize(target, request)).toList();
  }

  /** Rounds a matrix to any of the grids. */
  abstract QuantizedFactorization factorize(Target target, FactorRequest request);
}
