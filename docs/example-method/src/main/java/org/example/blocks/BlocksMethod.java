package org.example.blocks;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The method {@code blocks}: W is cut into k x k blocks, of which those on the diagonal are stored.
 * That is the nearest block-diagonal matrix, in 1/k of the numbers. Alone it loses much; {@code
 * svd@++blocks:count=8} adds to a low rank the blocks of what that leaves over.
 */
public final class BlocksMethod extends MatrixMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "blocks",
        "the blocks on the diagonal, and nothing beside them",
        "",
        Set.of(Need.WEIGHTS),
        "",
        options(MethodOption.count("count", 0, 0, 1024)));
  }

  /**
   * A point for every k that divides rows and columns, the last being W as it is; with {@code
   * count=N} the largest that is no more than N, so that there is nothing for a budget to choose.
   */
  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    int count = options.count("count");
    List<Point> points =
        IntStream.iterate(count == 0 ? Math.min(rows, cols) : count, k -> k > 0, k -> k - 1)
            .filter(k -> rows % k == 0 && cols % k == 0)
            .limit(count == 0 ? Long.MAX_VALUE : 1)
            .mapToObj(k -> point((long) rows * cols / k, k))
            .toList();
    return new OperatingPoints(rows, cols, Double.NaN, points);
  }

  private static Point point(long numbers, int k) {
    return new Point(numbers, OperatingPoints.DENSE_BITS * numbers, Double.NaN, 0, k + " blocks");
  }

  @Override
  protected List<Factorization> factorize(FactorRequest request) {
    List<Factorization> all = new ArrayList<>();
    for (FactorRequest.Target target : request.targets()) {
      Matrix w = SlotMatrix.of(target.slot(), request.scope());
      double energy = w.device().blas().squaredNorm(w);
      OperatingPoints points = points(w.rows(), w.cols(), request.options());
      double[] errors =
          IntStream.range(0, points.count())
              .mapToDouble(point -> Math.max(0, energy - kept(w, points.get(point))))
              .toArray();
      all.add(new Diagonal(w, points.withErrors(energy, errors)));
    }
    return all;
  }

  private static double kept(Matrix w, Point point) {
    return blocks(w, point).stream().mapToDouble(w.device().blas()::squaredNorm).sum();
  }

  /** The blocks of W that a point stores, as views. */
  private static List<Matrix> blocks(Matrix w, Point point) {
    int k = (int) ((long) w.rows() * w.cols() / point.numbers());
    int m = w.rows() / k;
    int n = w.cols() / k;
    return IntStream.range(0, k)
        .mapToObj(i -> w.rows(i * m, (i + 1) * m).columns(i * n, (i + 1) * n))
        .toList();
  }

  /** W with the errors of its points; what is stored is cut out of it. */
  private record Diagonal(Matrix w, OperatingPoints points) implements Factorization {
    @Override
    public Fit fit(int index, Scope scope) {
      Point point = points.get(index);
      List<Linear> blocks = new ArrayList<>();
      for (Matrix block : blocks(w, point)) {
        Matrix transposed = Matrix.of(scope.allocate(DType.F32, block.cols(), block.rows()));
        scope.device().blas().transpose(block, transposed);
        blocks.add(new DenseLinear(transposed, null));
      }
      double error = Math.sqrt(point.squaredError());
      return new Fit(
          new Blocks(blocks, null), new Diagnostics("", error, Double.NaN, 0, ""));
    }
  }
}
