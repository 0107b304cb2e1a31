package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
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
  final Point point(int bits, int rows, int cols, MethodOptions options) {
    return CodeGrid.of(options, bits).point(rows, cols);
  }
}
