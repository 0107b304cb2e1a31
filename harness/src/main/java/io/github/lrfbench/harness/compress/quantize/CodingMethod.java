package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Masked;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Methods that store weights as codes of a few bits. Of a matrix that has another form already,
 * they do that to what the form is made of.
 */
abstract class CodingMethod extends MatrixMethod {
  private static final String BITS = "bits";
  private static final String BUDGET = "budget";

  /** The option {@code bits} of methods that leave the number to the budget, or to the user. */
  static MethodOption bits(int fewest) {
    return MethodOption.count(BITS, fewest, fewest, Byte.SIZE).orWord(BUDGET, BUDGET);
  }

  /** The fewest bits of a code. */
  abstract int fewestBits();

  /** Bits of the codes of every point, from the fewest on. */
  int[] sizes(MethodOptions options) {
    return options.is(BITS, BUDGET)
        ? IntStream.rangeClosed(fewestBits(), Byte.SIZE).toArray()
        : new int[] {options.count(BITS)};
  }

  /** What a matrix takes by codes of so many bits. */
  abstract Point point(int bits, int rows, int cols, MethodOptions options);

  /** Codes a matrix. */
  abstract CodedFactorization factorize(Target target, FactorRequest request);

  @Override
  public final Takes takes() {
    return Takes.LEAVES;
  }

  @Override
  public final void check(Budget budget, MethodOptions options) {
    if (budget.unit() == Budget.Unit.NUMBERS && sizes(options).length > 1) {
      throw new InputException(
          "--method "
              + info().name()
              + " keeps every number: --"
              + budget.kind()
              + " says nothing of it; give --bits, or its option bits");
    }
  }

  @Override
  protected final OperatingPoints points(int rows, int cols, MethodOptions options) {
    List<Point> points =
        IntStream.of(sizes(options)).mapToObj(bits -> point(bits, rows, cols, options)).toList();
    return new OperatingPoints(rows, cols, Double.NaN, points);
  }

  @Override
  protected OperatingPoints points(LinearSlot slot, MethodOptions options) {
    if (slot.linear() instanceof Masked) {
      throw new InputException(
          "--method "
              + info().name()
              + " makes no codes of sparse matrices, as "
              + slot.name()
              + " is one; rtn, int4, int8 and gptq do");
    }
    return super.points(slot, options);
  }

  @Override
  protected final List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream()
        .map(
            target -> {
              CodedFactorization made = factorize(target, request);
              return target.errors() ? made.withErrors() : made;
            })
        .toList();
  }
}
