package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.matrix.TableMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The method {@code embedding-kronecker}: the table of word embeddings E [V, H] as the nearest sum
 * of Kronecker products A ⊗ B with A of [V, H / f] and B of [1, f] (Edalati et al. 2022, "KnGPT2",
 * and Tahaei et al. 2022, "KroneckerBERT", have one). A word keeps a row of its own in A, which
 * meets B when it is looked up. The budget chooses f and the number of products; words are weighed
 * as in {@code embedding-svd}.
 */
public final class EmbeddingKroneckerCompressor extends MatrixMethod implements TableMethod {
  private static final String TERMS = "terms";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "embedding-kronecker",
        "the table of word embeddings as a sum of Kronecker products with a row vector",
        "Edalati et al. 2022",
        Set.of(Need.ACTIVATIONS),
        "",
        List.of(TableMethod.weights(), MethodOption.count(TERMS, 1, 1, 4096), TableMethod.keep()));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    return TableMethod.needed(options);
  }

  @Override
  protected boolean isOfFits(String option) {
    return TableMethod.isSize(option);
  }

  /** From the longest B on; of one cost the one of the shortest B, which has the most terms. */
  private static List<KroneckerShape> shapes(int rows, int cols, MethodOptions options) {
    return ShapeFamily.rising(
        IntStream.rangeClosed(1, rows)
            .filter(part -> rows % part == 0)
            .boxed()
            .flatMap(
                part ->
                    IntStream.rangeClosed(1, Math.min(options.count(TERMS), part))
                        .mapToObj(terms -> new KroneckerShape(rows / part, cols, part, 1, terms)))
            .toList());
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    return ShapeFamily.points(rows, cols, shapes(rows, cols, options));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    double[] scales = TableMethod.scales(request.options(), request.statistics());
    return request.targets().stream()
        .map(target -> factorize(target, scales, request.options(), request.scope()))
        .toList();
  }

  private static Factorization factorize(
      FactorRequest.Target target, double[] scales, MethodOptions options, Scope scope) {
    LinearSlot slot = target.slot();
    List<KroneckerShape> shapes = shapes(slot.linear().outputs(), slot.linear().inputs(), options);
    if (scales == null) {
      return NearestKronecker.of(slot, shapes, target.errors(), scope);
    }
    DenseLinear scaled = DenseLinear.of(slot.linear(), scope);
    scope.device().blas().scaleRows(scaled.weight(), scales);
    LinearSlot weighted = new LinearSlot(slot.name(), slot.layer(), slot.role(), scaled);
    return new Weighted(
        NearestKronecker.of(weighted, shapes, target.errors(), scope),
        Arrays.stream(scales).map(scale -> 1 / scale).toArray());
  }

  /**
   * What is nearest where words are weighed.
   *
   * @param scaled of the table with the scaled vectors of words
   * @param reciprocals by which these are scaled back, which only A has to do with
   */
  private record Weighted(NearestKronecker scaled, double[] reciprocals) implements Factorization {
    @Override
    public OperatingPoints points() {
      return scaled.points();
    }

    @Override
    public Fit fit(int point, Scope scope) {
      Fit fit = scaled.fit(point, scope);
      Matrix a = Matrix.of(((KroneckerLinear) fit.map()).a());
      scope
          .device()
          .blas()
          .scaleRows(
              a.reshape(reciprocals.length, a.rows() * a.cols() / reciprocals.length), reciprocals);
      return fit;
    }
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return TableMethod.run(this, request);
  }
}
