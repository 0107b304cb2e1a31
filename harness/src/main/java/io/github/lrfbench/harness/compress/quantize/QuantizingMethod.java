package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.CodedLinear;
import io.github.lrfbench.harness.linear.Masked;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.linear.SparseCodes;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Methods whose codes count the steps of a {@link CodeGrid} for every group of inputs. */
abstract class QuantizingMethod extends CodingMethod {
  /** The method's own options, those of its grid, and those of all. */
  static List<MethodOption> options(List<MethodOption> grid, MethodOption... own) {
    MethodOption[] all = Stream.concat(Stream.of(own), grid.stream()).toArray(MethodOption[]::new);
    return MatrixMethod.options(all);
  }

  @Override
  final int fewestBits() {
    return 2;
  }

  /** The grids of all points. */
  final List<CodeGrid> grids(MethodOptions options) {
    return IntStream.of(sizes(options)).mapToObj(bits -> CodeGrid.of(options, bits)).toList();
  }

  @Override
  protected final OperatingPoints points(LinearSlot slot, MethodOptions options) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    if (!(slot.linear() instanceof Masked sparse)) {
      return points(rows, cols, options);
    }
    List<CodeGrid> grids = grids(options);
    if (!grids.get(0).holdsZero()) {
      throw new InputException(
          "--method "
              + info().name()
              + ": its grid has no code for 0, which elements of "
              + slot.name()
              + " are that were left out; take zero=asymmetric or zero=symmetric");
    }
    List<Point> points =
        grids.stream()
            .map(grid -> grid.point(rows, cols, Math.toIntExact(sparse.parameters())))
            .toList();
    return new OperatingPoints(rows, cols, Double.NaN, points);
  }

  /** Codes in the form that a slot has: of a sparse matrix, those of what it stores. */
  static CodedLinear form(LinearSlot slot, Codes codes, Scope scope) {
    QuantizedLinear whole = codes.map(scope);
    return slot.linear() instanceof Masked sparse
        ? SparseCodes.of(sparse.mask(), whole, scope)
        : whole;
  }

  @Override
  final Point point(int bits, int rows, int cols, MethodOptions options) {
    return CodeGrid.of(options, bits).point(rows, cols);
  }
}
