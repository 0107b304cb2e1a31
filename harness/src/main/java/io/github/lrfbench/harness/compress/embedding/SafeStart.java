package io.github.lrfbench.harness.compress.embedding;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Where SAFE's training begins: as near to a model's own embeddings as a choice of S directions can
 * be, without a step of training.
 *
 * <p>M [H, S] has orthonormal columns and takes the vector of ones to a multiple of that of H ones.
 * It keeps means and lengths then up to a factor, so that a layer norm after it equals M times a
 * layer norm before it, up to that factor, which the next norm takes out. Tables are E M, those of
 * positions and types times the scale of the words. The attention's output is zero. W1 is the
 * identity and b1 is √S: no number of a normed vector is below −√S, and the ReLU lets all pass. W2
 * is M, and b2 takes b1 out again. The layer is norm(M Mᵀ x) of the sum x then, whose direction is
 * x's own where M spans the tables. A tied head's K is Mᵀ.
 *
 * <p>Beside the ones, M's directions are the dominant right singular vectors of all tables' rows
 * less their means, √f times, f being how often a word, a position or a type is seen in the
 * calibration texts and at least 1: S − 1 of them, as norms lose one. Gain and bias of the last
 * norm are a regression of the model's own embeddings of these texts, coordinate by coordinate: the
 * model's own where M loses nothing and its embeddings are normed; where they are not, as a
 * GPT-2's, the lengths of single tokens are lost to the norm, and the nearest common ones found.
 * Queries, keys and values, which change nothing yet, are N(0, 0.02²), as in the authors' code.
 */
final class SafeStart {
  private static final double DEVIATION = 0.02;

  private final CompressionRequest request;
  private final SummedEmbeddings dense;
  private final int width;
  private final int heads;
  private final boolean tied;

  /**
   * A start.
   *
   * @param dense the model's own embeddings
   * @param width S, from 2 on and below H
   * @param heads divides it
   * @param tied whether a head reads the words
   */
  SafeStart(
      CompressionRequest request, SummedEmbeddings dense, int width, int heads, boolean tied) {
    this.request = request;
    this.dense = dense;
    this.width = width;
    this.heads = heads;
    this.tied = tied;
  }

  /** The model with such embeddings and weights of its own; the caller closes it. */
  Model model() {
    Model model = request.model();
    try (Scope scratch = model.device().openScope()) {
      SafeEmbeddings plain = layer(directions(scratch), scratch);
      try (Model begun = model.withInput(plain)) {
        regress(begun, plain.norm());
      }
      try (Model begun = model.withInput(plain)) {
        return begun.copy();
      }
    }
  }

  /** M, F32. */
  private Matrix directions(Scope scratch) {
    int h = dense.width();
    double[] basis = new double[h * width];
    try (Scope own = scratch.device().openScope()) {
      Matrix moment = Matrix.of(own.zeros(DType.F64, h, h));
      addRows(words(own), request.statistics().wordCounts(), moment);
      List<TokenSequence> texts = request.statistics().sequences();
      addRows(Matrix.of(dense.position()), positionCounts(texts), moment);
      if (dense.type() != null) {
        addRows(Matrix.of(dense.type()), typeCounts(texts), moment);
      }
      Matrix centred = Matrices.allocate(own, h, h);
      centred.data().write(0, onesFirst(moment.data().toDoubles(), h), 0, h * h);
      Tensor values = own.allocate(DType.F64, width);
      Matrix vectors = Matrices.allocate(own, width, h);
      own.device().lapack().largestEigenpairs(centred, width, values, vectors);
      turn(vectors.data().toDoubles(), h, basis);
    }
    Matrix m = Matrix.of(scratch.allocate(DType.F32, h, width));
    m.data().write(0, basis, 0, basis.length);
    return m;
  }

  private Matrix words(Scope scope) {
    return DenseLinear.of(dense.word(), scope).weight();
  }

  /** {@code moment += Σ f e eᵀ} over the rows e of a table, f being their counts and at least 1. */
  private static void addRows(Matrix table, double[] counts, Matrix moment) {
    try (Scope scratch = table.device().openScope()) {
      Matrix rows = Matrices.toDouble(table, scratch);
      double[] roots = Arrays.stream(counts).map(count -> Math.sqrt(Math.max(count, 1))).toArray();
      rows.device().blas().scaleRows(rows, roots);
      rows.device().blas().gemm(true, false, 1, rows, rows, 1, moment);
    }
  }

  private double[] positionCounts(List<TokenSequence> texts) {
    double[] counts = new double[Math.toIntExact(dense.position().shape().dim(0))];
    for (TokenSequence text : texts) {
      for (int i = 0; i < text.length(); i++) {
        counts[dense.firstPosition() + i]++;
      }
    }
    return counts;
  }

  private double[] typeCounts(List<TokenSequence> texts) {
    double[] counts = new double[Math.toIntExact(dense.type().shape().dim(0))];
    for (TokenSequence text : texts) {
      for (int type : text.types()) {
        if (type < counts.length) { // others are refused where they are embedded
          counts[type]++;
        }
      }
    }
    return counts;
  }

  /**
   * The moment of rows less their means, and one more direction, the ones, of which there is more
   * than of all others: the largest eigenvectors are the ones and others at right angles to them.
   */
  private static double[] onesFirst(double[] moment, int h) {
    double[] means = new double[h];
    double all = 0;
    double trace = 0;
    for (int i = 0; i < h; i++) {
      for (int j = 0; j < h; j++) {
        means[i] += moment[i * h + j] / h;
      }
      all += means[i] / h;
      trace += moment[i * h + i];
    }
    double more = 2 * trace + 1;
    double[] centred = new double[h * h];
    for (int i = 0; i < h; i++) {
      for (int j = 0; j < h; j++) {
        // Symmetric to the last digit, as products need not be.
        double own = (moment[i * h + j] + moment[j * h + i]) / 2;
        centred[i * h + j] = own - (means[i] + means[j]) + all + more / h;
      }
    }
    return centred;
  }

  /**
   * Turns S directions of which the first is that of the ones so that the sum of all is: by the
   * reflection that exchanges the first axis and the ones.
   *
   * @param vectors [S, H], not modified but for signs
   * @param basis receives M, [H, S]
   */
  private void turn(double[] vectors, int h, double[] basis) {
    Arrays.fill(vectors, 0, h, 1 / Math.sqrt(h));
    for (int k = 1; k < width; k++) {
      int largest = k * h;
      for (int i = k * h; i < (k + 1) * h; i++) {
        largest = Math.abs(vectors[i]) > Math.abs(vectors[largest]) ? i : largest;
      }
      if (vectors[largest] < 0) {
        for (int i = k * h; i < (k + 1) * h; i++) {
          vectors[i] = -vectors[i];
        }
      }
    }
    double[] normal = new double[width];
    Arrays.fill(normal, -1 / Math.sqrt(width));
    normal[0] += 1;
    double square = Arrays.stream(normal).map(x -> x * x).sum();
    for (int i = 0; i < h; i++) {
      double along = 0;
      for (int k = 0; k < width; k++) {
        along += vectors[k * h + i] * normal[k];
      }
      for (int k = 0; k < width; k++) {
        basis[i * width + k] = vectors[k * h + i] - 2 * along * normal[k] / square;
      }
    }
  }

  /** The layer with a last norm of gain 1 and bias 0. */
  private SafeEmbeddings layer(Matrix m, Scope scope) {
    int h = dense.width();
    Model model = request.model();
    double epsilon =
        dense.norm() == null ? model.transformer().finalNorm().epsilon() : dense.norm().epsilon();
    Tensor scale = SafeEmbeddings.scale(scope, width, h, model.transformer().causal());
    double factor = scale.toDoubles()[0];
    double root = Math.sqrt(width);
    Matrix transposed = Matrices.transpose(m, scope);
    SummedEmbeddings narrow =
        new SummedEmbeddings(
            new DenseLinear(product(words(scope), m, 1, scope), null),
            product(Matrix.of(dense.position()), m, factor, scope).data(),
            dense.firstPosition(),
            dense.type() == null ? null : product(Matrix.of(dense.type()), m, factor, scope).data(),
            null);
    return new SafeEmbeddings(
        narrow,
        scale,
        heads,
        LinearGroup.dense(
            new DenseLinear(random(width, 3 * width, scope), scope.zeros(DType.F32, 3L * width)),
            width,
            width,
            width),
        new DenseLinear(
            Matrix.of(scope.zeros(DType.F32, width, width)), scope.zeros(DType.F32, width)),
        norm(width, epsilon, scope),
        new DenseLinear(identity(scope), filled(width, root, scope)),
        // M times so many times the ones.
        new DenseLinear(transposed, filled(h, -width / Math.sqrt(h), scope)),
        norm(h, epsilon, scope),
        tied ? new DenseLinear(m, scope.zeros(DType.F32, width)) : null);
  }

  private static Matrix product(Matrix x, Matrix m, double factor, Scope scope) {
    Matrix y = Matrix.of(scope.allocate(DType.F32, x.rows(), m.cols()));
    x.device().blas().gemm(false, false, factor, x, m, 0, y);
    return y;
  }

  private Matrix random(int rows, int cols, Scope scope) {
    SplittableRandom random = new SplittableRandom(request.seed());
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (DEVIATION * random.nextGaussian());
    }
    return Matrix.of(scope.floats(values, rows, cols));
  }

  private Matrix identity(Scope scope) {
    float[] values = new float[width * width];
    for (int i = 0; i < width; i++) {
      values[i * width + i] = 1;
    }
    return Matrix.of(scope.floats(values, width, width));
  }

  private static Norm norm(int size, double epsilon, Scope scope) {
    return new Norm(filled(size, 1, scope), filled(size, 0, scope), epsilon);
  }

  private static Tensor filled(int size, double value, Scope scope) {
    float[] values = new float[size];
    Arrays.fill(values, (float) value);
    return scope.floats(values, size);
  }

  /**
   * Finds gain and bias of the last norm.
   *
   * @param begun the model with gain 1 and bias 0
   * @param norm modified
   */
  private void regress(Model begun, Norm norm) {
    int h = dense.width();
    double[] x = new double[h];
    double[] y = new double[h];
    double[] xx = new double[h];
    double[] xy = new double[h];
    double[] tokens = new double[1];
    EmbeddingErrors.forEach(
        begun,
        request.model(),
        request.statistics().sequences(),
        (from, to) -> {
          float[] inputs = from.data().toFloats();
          float[] outputs = to.data().toFloats();
          tokens[0] += from.rows();
          for (int i = 0; i < inputs.length; i++) {
            int column = i % h;
            x[column] += inputs[i];
            y[column] += outputs[i];
            xx[column] += (double) inputs[i] * inputs[i];
            xy[column] += (double) inputs[i] * outputs[i];
          }
        });
    double[] gain = new double[h];
    double[] bias = new double[h];
    for (int i = 0; i < h; i++) {
      double variance = xx[i] - x[i] * x[i] / tokens[0];
      double covariance = xy[i] - x[i] * y[i] / tokens[0];
      // A coordinate that is the same in all tokens says nothing of its gain.
      gain[i] = variance > 1e-9 * xx[i] ? covariance / variance : 1;
      bias[i] = (y[i] - gain[i] * x[i]) / tokens[0];
    }
    norm.gamma().write(0, gain, 0, h);
    norm.beta().write(0, bias, 0, h);
  }
}
