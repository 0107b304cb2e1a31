package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.NarrowInputs;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The values of an attention in fewer dimensions of every head. Of a head, W_o of [m, D] becomes A
 * B, A of [m, k] in the place of W_o and B of [k, D] before the values' matrix. Second moments are
 * centred where the bias makes up for the mean.
 */
final class ValueHeads implements Narrowing {
  private final Pair pair;
  private final int heads;
  private final Moments inputs;
  private final Moments mixed;
  private final MethodOptions options;
  private final FactorizationCache cache;
  private final Object about;
  private final boolean centred;

  /** A and B with all dimensions, those that are kept first. */
  private record Head(Matrix a, Matrix b) {}

  /**
   * The values of a pair.
   *
   * @param inputs moments of the values' inputs
   * @param mixed moments of what the output matrix reads
   * @param cache keeps the errors
   * @param about what they depend on beside the model
   */
  ValueHeads(
      Pair pair,
      int heads,
      Moments inputs,
      Moments mixed,
      MethodOptions options,
      FactorizationCache cache,
      Object about) {
    this.pair = pair;
    this.heads = heads;
    this.inputs = inputs;
    this.mixed = mixed;
    this.options = options;
    this.cache = cache;
    this.about = about;
    this.centred = NarrowingMethod.compensates(options);
    double trace = Arrays.stream(Matrices.diagonal(mixed.gram())).sum();
    if (!Double.isFinite(trace)) {
      throw new InputException(
          "the second moments of the inputs of " + pair.second().name() + " are no finite numbers");
    }
  }

  @Override
  public int most() {
    return pair.width() / heads;
  }

  @Override
  public int elements() {
    return heads;
  }

  @Override
  public String unit() {
    return "dimensions a head";
  }

  @Override
  public double ridge() {
    return 0;
  }

  private Device device() {
    return mixed.gram().device();
  }

  /** The columns of the output matrix that read a head, F64 [m, D]. */
  private Matrix outputs(Matrix output, int head, Scope scope) {
    return Matrices.toDouble(output.columns(head * most(), (head + 1) * most()), scope);
  }

  /** Second moments of what the output matrix reads of a head, F64 [D, D]. */
  private Matrix mixed(int head, Scope scope) {
    return mixed(head * most(), (head + 1) * most(), scope);
  }

  private Matrix mixed(int from, int to, Scope scope) {
    Matrix block = Matrices.toDouble(mixed.gram().rows(from, to).columns(from, to), scope);
    if (centred) {
      double[] mean = Arrays.copyOfRange(mixed.mean(), from, to);
      addOuter(-mixed.tokens(), mean, mean, block, scope);
    }
    return block;
  }

  /** Second moments of a head's values before they are mixed, F64 [D, D]. */
  private Matrix values(Matrix value, int head, boolean biased, Scope scope) {
    Matrix w = value.rows(head * most(), (head + 1) * most());
    Matrix gram =
        Matrices.product(
            false, Matrices.product(false, w, false, inputs.gram(), scope), true, w, scope);
    Matrix mean = Matrix.of(scope.doubles(inputs.mean(), inputs.mean().length, 1));
    double[] ofMean = Matrices.product(false, w, false, mean, scope).data().toDoubles();
    Tensor bias = pair.first().linear().bias();
    if (centred) {
      addOuter(-inputs.tokens(), ofMean, ofMean, gram, scope);
    } else if (biased && bias != null) {
      double[] own = Arrays.copyOfRange(bias.toDoubles(), head * most(), (head + 1) * most());
      addOuter(inputs.tokens(), ofMean, own, gram, scope);
      addOuter(inputs.tokens(), own, ofMean, gram, scope);
      addOuter(inputs.tokens(), own, own, gram, scope);
    }
    return gram;
  }

  private static void addOuter(double factor, double[] x, double[] y, Matrix to, Scope scope) {
    Matrix left = Matrix.of(scope.doubles(x, x.length, 1));
    Matrix right = Matrix.of(scope.doubles(y, y.length, 1));
    scope.device().blas().gemm(false, true, factor, left, right, 1, to);
  }

  /** The decomposition of a head. */
  private Head head(Matrix value, Matrix output, int head, Scope scope) {
    Matrix w = outputs(output, head, scope);
    boolean flat = options.is(VoHeadsCompressor.BY, VoHeadsCompressor.FLAT);
    if (flat) {
      Matrix rows = Matrices.allocate(scope, most(), most());
      Tensor unused = scope.allocate(DType.F64, most());
      device().lapack().largestEigenpairs(values(value, head, true, scope), most(), unused, rows);
      return new Head(Matrices.product(false, w, true, rows, scope), rows);
    }
    boolean unmixed = options.is(VoHeadsCompressor.BY, VoHeadsCompressor.MODEGPT);
    Matrix gram = unmixed ? values(value, head, false, scope) : mixed(head, scope);
    Matrix image = Whitening.byEigenvectors(gram, scope).multiply(w, scope);
    int count = Math.min(w.rows(), most());
    Tensor unused = scope.allocate(DType.F64, count);
    Matrix u = Matrices.allocate(scope, w.rows(), count);
    device().lapack().svd(image, unused, u, Matrices.allocate(scope, count, most()));
    return new Head(u, Matrices.product(true, u, false, w, scope));
  }

  /** Those of each head for itself. */
  @Override
  public double[] squaredErrors() {
    return cache.find(
        List.of("errors of values", about),
        () -> {
          double[] errors = new double[most() + 1];
          for (int head = 0; head < heads; head++) {
            try (Scope scratch = device().openScope()) {
              addErrors(head, errors, scratch);
            }
          }
          return errors;
        });
  }

  private void addErrors(int number, double[] errors, Scope scratch) {
    Matrix output = Pair.matrix(pair.second(), scratch);
    Head head = head(Pair.matrix(pair.first(), scratch), output, number, scratch);
    var root = Whitening.byEigenvectors(mixed(number, scratch), scratch);
    Matrix left = root.multiply(outputs(output, number, scratch), scratch);
    Matrix b = root.multiply(head.b(), scratch);
    errors[0] += device().blas().squaredNorm(left);
    for (int kept = 1; kept < most(); kept++) {
      if (kept <= b.rows()) {
        device()
            .blas()
            .gemm(
                false,
                false,
                -1,
                head.a().columns(kept - 1, kept),
                b.rows(kept - 1, kept),
                1,
                left);
      }
      errors[kept] += device().blas().squaredNorm(left);
    }
  }

  /** Those of all heads together: what they lose may add up, or make up for each other. */
  @Override
  public double[] outputErrors() {
    return cache.find(
        List.of("errors of outputs of values", about),
        () -> {
          try (Scope scratch = device().openScope()) {
            return errorsTogether(scratch);
          }
        });
  }

  private double[] errorsTogether(Scope scratch) {
    Matrix value = Pair.matrix(pair.first(), scratch);
    Matrix output = Pair.matrix(pair.second(), scratch);
    List<Head> all =
        IntStream.range(0, heads).mapToObj(head -> head(value, output, head, scratch)).toList();
    var root = Whitening.byEigenvectors(mixed(0, pair.width(), scratch), scratch);
    Matrix left = root.multiply(Matrices.toDouble(output, scratch), scratch);
    double[] errors = new double[most() + 1];
    errors[0] = device().blas().squaredNorm(left);
    for (int kept = 1; kept < most(); kept++) {
      try (Scope step = device().openScope()) {
        Matrix a = Matrix.of(step.zeros(DType.F64, output.rows(), heads));
        Matrix b = Matrix.of(step.zeros(DType.F64, heads, pair.width()));
        for (int head = 0; head < heads; head++) {
          Head own = all.get(head);
          if (kept <= own.b().rows()) {
            Matrix row = b.rows(head, head + 1).columns(head * most(), (head + 1) * most());
            device().blas().copy(own.a().columns(kept - 1, kept), a.columns(head, head + 1));
            device().blas().copy(own.b().rows(kept - 1, kept), row);
          }
        }
        device().blas().gemm(false, false, -1, a, root.multiply(b, step), 1, left);
      }
      errors[kept] = device().blas().squaredNorm(left);
    }
    return errors;
  }

  @Override
  public Narrow fit(int kept, Scope scope) {
    try (Scope scratch = device().openScope()) {
      Matrix value = Pair.matrix(pair.first(), scratch);
      Matrix output = Pair.matrix(pair.second(), scratch);
      int size = most();
      Matrix rows = Matrix.of(scratch.zeros(DType.F64, heads * kept, value.cols()));
      Matrix columns = Matrix.of(scratch.zeros(DType.F64, output.rows(), heads * kept));
      Matrix product = Matrices.allocate(scope, output.rows(), output.cols());
      Tensor bias = pair.first().linear().bias();
      double[] before = bias == null ? new double[value.rows()] : bias.toDoubles();
      double[] after = new double[before.length];
      for (int number = 0; number < heads; number++) {
        Head head = head(value, output, number, scratch);
        // A head of few outputs has no more dimensions than these.
        int own = Math.min(kept, head.b().rows());
        Matrix b = head.b().rows(0, own);
        Matrix a = head.a().columns(0, own);
        int at = number * size;
        device()
            .blas()
            .gemm(
                false,
                false,
                1,
                b,
                value.rows(at, at + size),
                0,
                rows.rows(number * kept, number * kept + own));
        device().blas().copy(a, columns.columns(number * kept, number * kept + own));
        device().blas().gemm(false, false, 1, a, b, 0, product.columns(at, at + size));
        Matrix column =
            Matrix.of(scratch.doubles(Arrays.copyOfRange(before, at, at + size), size, 1));
        double[] narrow = Matrices.product(false, b, false, column, scratch).data().toDoubles();
        System.arraycopy(narrow, 0, after, at, own);
      }
      return new Narrow(
          new NarrowHeads(
              single(rows, scope), bias == null ? null : vector(after, scope), heads, pair.width()),
          new NarrowInputs(
              single(columns, scope), pair.second().linear().bias(), heads, pair.width()),
          product);
    }
  }

  /** The transpose in single precision. */
  private static Matrix single(Matrix x, Scope scope) {
    Matrix transposed = Matrix.of(scope.allocate(DType.F32, x.cols(), x.rows()));
    scope.device().blas().transpose(x, transposed);
    return transposed;
  }

  private static Tensor vector(double[] values, Scope scope) {
    Tensor vector = scope.allocate(DType.F32, values.length);
    vector.write(0, values, 0, values.length);
    return vector;
  }
}
