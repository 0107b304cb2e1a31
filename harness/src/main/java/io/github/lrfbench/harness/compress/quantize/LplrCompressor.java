package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The method {@code lplr}: two factors of codes, the second of which makes up for part of what the
 * first lost (Saha, Srivastava and Pilanci 2023, "Matrix compression via randomized low rank and
 * low precision factorization"). The first codes a random sketch of the matrix, {@code
 * variant=lsvd} its principal columns, and {@code variant=dsvd} codes the factors of its singular
 * value decomposition, each for itself.
 */
public final class LplrCompressor extends MatrixMethod {
  private static final String VARIANT = "variant";
  private static final String SKETCHED = "lplr";
  private static final String APART = "dsvd";
  private static final String ROUNDING = "rounding";
  private static final String DITHER = "dither";
  private static final String POWER = "power";
  private static final String RESCALE = "rescale";
  private static final String SIDE = "side";
  private static final String AUTO = "auto";
  private static final String NONE = "0";
  private static final int MOST_POWER = 10;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "lplr",
        "two factors of codes, the second making up for what the first lost",
        "Saha et al. 2023",
        Set.of(Need.WEIGHTS),
        "",
        options(
            Stream.concat(
                    Stream.of(
                        MethodOption.choice(VARIANT, SKETCHED, "lsvd", APART),
                        MethodOption.choice(ROUNDING, "nearest", DITHER),
                        MethodOption.count(POWER, 0, 0, MOST_POWER),
                        MethodOption.choice(SIDE, AUTO, "columns", "rows"),
                        MethodOption.flag(RESCALE, false),
                        MethodOption.seed()),
                    FactorGrids.options("", Byte.SIZE).stream())
                .toArray(MethodOption[]::new)));
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    FactorGrids.of(options, "");
    boolean sketched = options.is(VARIANT, SKETCHED);
    if (!sketched && !options.is(POWER, NONE)) {
      throw new InputException("--method lplr: power is for variant=lplr");
    }
    if (!sketched && !options.is(ROUNDING, DITHER) && options.hasSeed()) {
      throw new InputException("--method lplr: seed is for variant=lplr and rounding=dither");
    }
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    FactorGrids grids = FactorGrids.of(options, "");
    Point[] points = new Point[Math.min(rows, cols)];
    Arrays.setAll(points, i -> point(grids, rows, cols, RankPoints.rank(i)));
    return new OperatingPoints(rows, cols, Double.NaN, List.of(points));
  }

  private static Point point(FactorGrids grids, int rows, int cols, int rank) {
    return new Point(
        FactorGrids.numbers(rows, cols, rank),
        grids.stored(rows, cols, rank),
        Double.NaN,
        rank,
        grids.label(rank));
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    Scope scope = request.scope();
    List<Target> targets = request.targets();
    List<Matrix> all =
        targets.stream()
            .map(target -> Matrices.toDouble(SlotMatrix.of(target.slot(), scope), scope))
            .toList();
    List<SvdFactors> decompositions =
        request.options().is(VARIANT, SKETCHED) ? null : decompose(all, targets, scope);
    return IntStream.range(0, all.size())
        .mapToObj(
            i ->
                factorize(
                    targets.get(i),
                    all.get(i),
                    decompositions == null ? null : decompositions.get(i),
                    request))
        .toList();
  }

  private static List<SvdFactors> decompose(List<Matrix> all, List<Target> targets, Scope scope) {
    List<SvdRequest> requests =
        IntStream.range(0, all.size())
            .mapToObj(i -> new SvdRequest(all.get(i), RankPoints.rank(targets.get(i).point())))
            .toList();
    return new TruncatedSvd(scope.device(), SvdOptions.DEFAULT)
        .factor(scope, requests, SvdProgress.NONE);
  }

  private RankCodes factorize(Target target, Matrix w, SvdFactors svd, FactorRequest request) {
    MethodOptions options = request.options();
    OperatingPoints points = points(w.rows(), w.cols(), options);
    String slot = target.slot().name();
    RankCodes.Solution solution = (rank, scope) -> fit(slot, w, svd, rank, options, scope);
    if (!target.errors()) {
      return new RankCodes(points, solution, null);
    }
    double[] values =
        new TruncatedSvd(w.device(), SvdOptions.DEFAULT)
            .singularValues(List.of(w), SvdProgress.NONE)
            .get(0)
            .values();
    return new RankCodes(points, solution, values).withErrors(w, ErrorMetric.WEIGHTS);
  }

  /** The better of both sides. */
  private static Fit fit(
      String slot, Matrix w, SvdFactors svd, int rank, MethodOptions options, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      CodedFactors best = null;
      double least = Double.POSITIVE_INFINITY;
      String side = "";
      for (String tried : List.of("columns", "rows")) {
        if (!options.is(SIDE, AUTO) && !options.is(SIDE, tried)) {
          continue;
        }
        Coder coder = new Coder(slot, options);
        Lplr lplr =
            tried.equals("rows")
                ? Lplr.ofRows(w, coder::left, coder::right, scratch)
                : Lplr.ofColumns(w, coder::left, coder::right);
        CodedFactors made = make(lplr, svd, rank, options, coder, scratch);
        if (options.flag(RESCALE)) {
          made = made.rescaled(w, scratch);
        }
        double error = scope.device().blas().squaredNorm(made.subtractedFrom(w, scratch));
        if (best == null || error < least) {
          best = made;
          least = error;
          side = tried;
        }
      }
      return new Fit(
          best.map(scope),
          new Diagnostics(
              svd == null ? "sketch" : svd.algorithm().label(),
              Math.sqrt(least),
              Double.NaN,
              Double.NaN,
              "by " + side));
    }
  }

  private static CodedFactors make(
      Lplr lplr, SvdFactors svd, int rank, MethodOptions options, Coder coder, Scope scratch) {
    if (svd == null) {
      return lplr.beside(
          lplr.sketch(
              coder.gaussian(rank, lplr.a().cols(), scratch), options.count(POWER), scratch),
          scratch);
    }
    SvdFactors cut = svd.truncate(Math.min(rank, svd.rank()));
    return options.is(VARIANT, APART)
        ? lplr.apart(cut, scratch)
        : lplr.beside(lplr.principal(cut, scratch), scratch);
  }

  /** Makes codes of one matrix's factors, and the random numbers for them. */
  private static final class Coder {
    private final String slot;
    private final FactorGrids grids;
    private final SplittableRandom random;
    private final boolean dithers;

    Coder(String slot, MethodOptions options) {
      this.slot = slot;
      this.grids = FactorGrids.of(options, "");
      this.random = new SplittableRandom(options.seed());
      this.dithers = options.is(ROUNDING, DITHER);
    }

    CodedMatrix left(Matrix x, Scope scope) {
      return code(x, grids.left(), scope);
    }

    CodedMatrix right(Matrix x, Scope scope) {
      return code(x, grids.right(), scope);
    }

    private CodedMatrix code(Matrix x, CodeGrid grid, Scope scope) {
      return CodedMatrix.of(
          dithers ? Codes.dithered(x, grid, slot, random) : Codes.nearest(x, grid, slot), scope);
    }

    /** Elements N(0, 1 / rows). */
    Matrix gaussian(int rows, int cols, Scope scope) {
      double[] elements = new double[Math.multiplyExact(rows, cols)];
      Arrays.setAll(elements, i -> random.nextGaussian() / Math.sqrt(rows));
      return Matrix.of(scope.doubles(elements, rows, cols));
    }
  }
}
