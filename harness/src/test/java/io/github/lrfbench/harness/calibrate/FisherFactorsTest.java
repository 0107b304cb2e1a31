package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.LayerGradients;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.calibrate.NearestFisherProduct.Samples;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Factors of Fisher information against loops over the tokens that backward passes show. */
class FisherFactorsTest {
  @TempDir private Path folder;

  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  /**
   * The rows of one example and pass.
   *
   * @param x inputs by slot, [t][n]
   * @param g gradients of outputs by slot, [t][m]
   */
  private record Rows(Map<String, double[][]> x, Map<String, double[][]> g) {}

  /** Runs example by example, by given labels. */
  private static Rows rows(Model model, TrainingSet example) {
    SlotParts parts = new SlotParts(model);
    Rows rows = new Rows(new HashMap<>(), new HashMap<>());
    BackwardPasses.run(
        model,
        example,
        offsets ->
            new LayerGradients() {
              @Override
              public boolean wants(Layer layer) {
                return parts.has(layer);
              }

              @Override
              public void add(Layer layer, Matrix x, Matrix dy) {
                parts.forEach(
                    layer,
                    dy,
                    (slot, g) -> {
                      rows.x().put(slot, read(x));
                      rows.g().put(slot, read(g));
                    });
              }
            },
        done -> {});
    return rows;
  }

  private static double[][] read(Matrix x) {
    double[][] rows = new double[x.rows()][x.cols()];
    for (int i = 0; i < rows.length; i++) {
      x.data().read(x.offset() + (long) i * x.stride(), rows[i], 0, x.cols());
    }
    return rows;
  }

  /** {@code sum += weight Σ x xᵀ} over rows, each by its own weight. */
  private static void addGram(double[][] x, double[] weights, double[][] sum) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < sum.length; i++) {
        for (int j = 0; j < sum.length; j++) {
          sum[i][j] += weights[t] * x[t][i] * x[t][j];
        }
      }
    }
  }

  private static double[] squaredNorms(double[][] rows) {
    return Arrays.stream(rows)
        .mapToDouble(row -> Arrays.stream(row).map(v -> v * v).sum())
        .toArray();
  }

  private static double[] constant(int length, double value) {
    double[] all = new double[length];
    Arrays.fill(all, value);
    return all;
  }

  private static void assertClose(double[][] expected, double[][] actual, String what) {
    double largest =
        Arrays.stream(expected).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    assertTrue(largest > 0, what);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], 2e-5 * largest, what);
    }
  }

  private static LabelledExamples examples(int count, int classes) {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[count];
    for (int i = 0; i < count; i++) {
      int length = 3 + random.nextInt(5);
      sequences.add(new TokenSequence(random.ints(length, 0, 15).toArray(), new int[length]));
      targets[i] = classes == 1 ? random.nextDouble() : random.nextInt(classes);
    }
    return new LabelledExamples(sequences, targets, classes == 1);
  }

  private LoadedModel tiny(int classes) throws IOException {
    return LoadedModel.open(
        TinyCheckpoint.bert(folder.resolve("bert" + classes), classes),
        Gpt2Options.DEFAULT,
        device);
  }

  @Test
  void gradientsOfTheDatasLabels() throws IOException {
    LabelledExamples examples = examples(7, 3);
    try (LoadedModel loaded = tiny(3);
        Calibrator calibrator =
            new Calibrator(loaded.model(), examples, "key", folder, done -> {})) {
      Model model = loaded.model();
      FisherFactors weighted =
          calibrator.fisherFactors(new OutputGradients(Labels.DATA, true, false));
      FisherFactors clipped =
          calibrator.fisherFactors(new OutputGradients(Labels.DATA, true, true));
      FisherFactors gradients = calibrator.outputGradients(Labels.DATA);
      List<Rows> all =
          IntStream.range(0, 7).mapToObj(i -> rows(model, examples.subset(new int[] {i}))).toList();
      for (LinearSlot slot : model.slots()) {
        String name = slot.name();
        int m = slot.linear().outputs();
        int n = slot.linear().inputs();
        double[][] g = new double[m][m];
        double[][] c = new double[n][n];
        double[][] sum = new double[1][n];
        double[][] own = new double[m][m];
        for (Rows rows : all) {
          double[][] slopes = rows.g().get(name);
          double[][] x = rows.x().get(name);
          double[] squares = squaredNorms(slopes);
          addGram(slopes, constant(slopes.length, 1), g);
          addGram(x, squares, c);
          for (int t = 0; t < x.length; t++) {
            for (int j = 0; j < n; j++) {
              sum[0][j] += squares[t] * x[t][j];
            }
          }
          double[] scales = OutputGradients.scales(squares, new int[] {0, x.length});
          addGram(slopes, Arrays.stream(scales).map(s -> s * s).toArray(), own);
        }
        assertClose(g, read(gradients.of(name).outputs()), name);
        assertClose(g, read(weighted.of(name).outputs()), name);
        assertClose(c, read(weighted.of(name).inputs()), name);
        assertClose(sum, new double[][] {weighted.of(name).inputSum()}, name);
        assertClose(own, read(clipped.of(name).outputs()), name);
        // What other statistics know of the same gradients.
        double trace = IntStream.range(0, m).mapToDouble(i -> g[i][i]).sum();
        double sensitivity = calibrator.gradients().sensitivities().get(name);
        assertEquals(
            sensitivity, trace / calibrator.moments().of(name).tokens(), 1e-5 * sensitivity, name);
        if (!name.matches(".*(query|key|value)")) {
          assertClose(
              read(calibrator.gradients().of(name).gradients()), taken(slot, gradients), name);
        }
      }
    }
  }

  /** Wᵀ G W. */
  private double[][] taken(LinearSlot slot, FisherFactors gradients) {
    try (Scope scope = device.openScope()) {
      Matrix w =
          Matrix.of(scope.allocate(DType.F32, slot.linear().outputs(), slot.linear().inputs()));
      slot.linear().materialize(device, w);
      double[][] rows = read(w);
      double[][] g = read(gradients.of(slot.name()).outputs());
      int n = rows[0].length;
      double[][] product = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          for (int k = 0; k < g.length; k++) {
            for (int l = 0; l < g.length; l++) {
              product[i][j] += rows[k][i] * g[k][l] * rows[l][j];
            }
          }
        }
      }
      return product;
    }
  }

  private double[] probabilities(Model model, TrainingSet example) {
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, example.sequences(), model.info());
      return PassLabels.softmax(example.outputs(ops, model, batch, null).toFloats());
    }
  }

  /** Of three classes, by three passes each, and by many draws. */
  @Test
  void expectedLabelsAreAllLabels() throws IOException {
    LabelledExamples examples = examples(5, 3);
    try (LoadedModel loaded = tiny(3)) {
      Model model = loaded.model();
      int draws = 300;
      List<FisherFactors> drawn =
          IntStream.range(0, draws)
              .mapToObj(
                  seed ->
                      new OutputGradients(Labels.SAMPLED, false, false)
                          .collect(model, examples, seed, null, done -> {}))
              .toList();
      try (FisherFactors expected =
              new OutputGradients(Labels.EXPECTED, true, false)
                  .collect(model, examples, 0, null, done -> {});
          FisherFactors product =
              new NearestFisherProduct(Labels.EXPECTED, Samples.EXAMPLES, 1)
                  .collect(model, examples, 0, null, done -> {})) {
        for (LinearSlot slot : model.slots()) {
          String name = slot.name();
          double[][] g = new double[slot.linear().outputs()][slot.linear().outputs()];
          double[][] c = new double[slot.linear().inputs()][slot.linear().inputs()];
          double[][] u = new double[g.length][g.length];
          for (int i = 0; i < 5; i++) {
            TrainingSet one = examples.subset(new int[] {i});
            double[] p = probabilities(model, one);
            for (int k = 0; k < 3; k++) {
              Rows rows =
                  rows(model, new LabelledExamples(one.sequences(), new double[] {k}, false));
              double[][] slopes = rows.g().get(name);
              double[][] x = rows.x().get(name);
              addGram(slopes, constant(slopes.length, p[k]), g);
              double share = p[k];
              addGram(x, Arrays.stream(squaredNorms(slopes)).map(s -> share * s).toArray(), c);
              addSquare(transposed(gradient(slopes, x)), share, u);
            }
          }
          assertClose(g, read(expected.of(name).outputs()), name);
          assertClose(c, read(expected.of(name).inputs()), name);
          normalize(u);
          assertClose(u, read(product.of(name).outputs()), name);
          double mean = 0;
          double squares = 0;
          double trace =
              IntStream.range(0, g.length)
                  .mapToDouble(i -> read(expected.of(name).outputs())[i][i])
                  .sum();
          for (FisherFactors one : drawn) {
            double[][] own = read(one.of(name).outputs());
            double value = IntStream.range(0, own.length).mapToDouble(i -> own[i][i]).sum();
            mean += value / draws;
            squares += value * value / draws;
          }
          double error = Math.sqrt((squares - mean * mean) / draws);
          assertEquals(trace, mean, 4 * error, name);
        }
      } finally {
        drawn.forEach(FisherFactors::close);
      }
    }
  }

  /** A score's derivative: of the output itself, twice its square. */
  @Test
  void expectedScores() throws IOException {
    LabelledExamples examples = examples(4, 1);
    try (LoadedModel loaded = tiny(1);
        FisherFactors expected =
            new OutputGradients(Labels.EXPECTED, false, false)
                .collect(loaded.model(), examples, 0, null, done -> {})) {
      Map<String, double[][]> sums = new HashMap<>();
      for (int i = 0; i < 4; i++) {
        TrainingSet one = examples.subset(new int[] {i});
        float score;
        try (Scope scope = device.openScope();
            Ops ops = new EagerOps(device)) {
          TokenBatch batch = TokenBatch.of(scope, one.sequences(), loaded.model().info());
          score = one.outputs(ops, loaded.model(), batch, null).toFloats()[0];
        }
        // The slope of (o - t)² is one at t = o - ½.
        TrainingSet shifted =
            new LabelledExamples(one.sequences(), new double[] {score - 0.5}, true);
        rows(loaded.model(), shifted)
            .g()
            .forEach(
                (slot, g) ->
                    addGram(
                        g,
                        constant(g.length, 2),
                        sums.computeIfAbsent(slot, key -> new double[g[0].length][g[0].length])));
      }
      sums.forEach((slot, sum) -> assertClose(sum, read(expected.of(slot).outputs()), slot));
    }
  }

  @Test
  void rootsOfTheHessianOfTheLogits() {
    SplittableRandom random = new SplittableRandom(1);
    List<double[]> all = new ArrayList<>();
    all.add(new double[] {0.7, 0.3});
    all.add(new double[] {1, 0});
    all.add(new double[] {0, 0, 1});
    all.add(new double[] {1});
    double[] drawn = random.doubles(5).toArray();
    double total = Arrays.stream(drawn).sum();
    all.add(Arrays.stream(drawn).map(value -> value / total).toArray());
    for (double[] p : all) {
      double[][] sum = new double[p.length][p.length];
      for (int k = 0; k < Math.max(1, p.length - 1); k++) {
        addGram(new double[][] {PassLabels.column(p, k)}, new double[] {1}, sum);
      }
      for (int i = 0; i < p.length; i++) {
        for (int j = 0; j < p.length; j++) {
          assertEquals((i == j ? p[i] : 0) - p[i] * p[j], sum[i][j], 1e-15);
        }
      }
    }
  }

  @Test
  void gradientsAreClippedToTheMeanOfTheirSequence() {
    double[] scales =
        OutputGradients.scales(new double[] {25, 0, 1e-4, 900, 4}, new int[] {0, 4, 5});
    assertArrayEquals(new double[] {1, 1, 35.01 / 3 / 10 / 0.01, 1, 1}, scales, 1e-12);
    assertEquals(
        0.1, OutputGradients.scales(constant(1000, 1), new int[] {0, 1000})[0] * 0.1, 1e-15);
    double[] one = constant(100, 0.01);
    one[0] = 1e6;
    double mean = (99 * 0.1 + 1e3) / 100;
    assertEquals(10 * mean / 1e3, OutputGradients.scales(one, new int[] {0, 100})[0], 1e-12);
  }

  private static double[][] gradient(double[][] g, double[][] x) {
    double[][] gradient = new double[g[0].length][x[0].length];
    for (int t = 0; t < g.length; t++) {
      for (int i = 0; i < gradient.length; i++) {
        for (int j = 0; j < gradient[0].length; j++) {
          gradient[i][j] += g[t][i] * x[t][j];
        }
      }
    }
    return gradient;
  }

  private static double[][] transposed(double[][] a) {
    double[][] transposed = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        transposed[j][i] = a[i][j];
      }
    }
    return transposed;
  }

  /** {@code sum += weight Aᵀ A}. */
  private static void addSquare(double[][] a, double weight, double[][] sum) {
    addGram(a, constant(a.length, weight), sum);
  }

  private static void normalize(double[][] a) {
    double norm = Math.sqrt(Arrays.stream(squaredNorms(a)).sum());
    for (double[] row : a) {
      for (int j = 0; j < row.length; j++) {
        row[j] /= norm;
      }
    }
  }

  /** {@code sum += A M Aᵀ}. */
  private static void addImage(double[][] a, double[][] metric, double[][] sum) {
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < a.length; k++) {
        for (int j = 0; j < metric.length; j++) {
          for (int l = 0; l < metric.length; l++) {
            sum[i][k] += a[i][j] * metric[j][l] * a[k][l];
          }
        }
      }
    }
  }

  private static double[][] identity(int n) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }

  /** Both maps in turns over gradients that are formed. */
  private static double[][][] nearest(List<double[][]> gradients, int samples, int steps) {
    double[][] v = identity(gradients.get(0)[0].length);
    double[][] u = null;
    for (int step = 0; step < steps; step++) {
      u = new double[gradients.get(0).length][gradients.get(0).length];
      for (double[][] gradient : gradients) {
        addImage(gradient, v, u);
      }
      normalize(u);
      v = new double[v.length][v.length];
      for (double[][] gradient : gradients) {
        addImage(transposed(gradient), u, v);
      }
      for (double[] row : v) {
        Arrays.setAll(row, j -> row[j] / samples);
      }
    }
    return new double[][][] {u, v};
  }

  @ParameterizedTest
  @EnumSource(Samples.class)
  void nearestProductsOfAModel(Samples samples) throws IOException {
    LabelledExamples examples = examples(6, 2);
    try (LoadedModel loaded = tiny(2);
        Calibrator calibrator =
            new Calibrator(loaded.model(), examples, "key", folder, done -> {})) {
      FisherFactors made =
          calibrator.fisherFactors(new NearestFisherProduct(Labels.DATA, samples, 2));
      Map<String, List<double[][]>> gradients = new HashMap<>();
      for (int i = 0; i < 6; i++) {
        Rows rows = rows(loaded.model(), examples.subset(new int[] {i}));
        for (String slot : rows.g().keySet()) {
          double[][] g = rows.g().get(slot);
          double[][] x = rows.x().get(slot);
          List<double[][]> all = gradients.computeIfAbsent(slot, key -> new ArrayList<>());
          if (samples == Samples.EXAMPLES) {
            all.add(gradient(g, x));
          } else {
            for (int t = 0; t < g.length; t++) {
              all.add(gradient(new double[][] {g[t]}, new double[][] {x[t]}));
            }
          }
        }
      }
      gradients.forEach(
          (slot, all) -> {
            double[][][] expected = nearest(all, 6, 2);
            assertClose(expected[0], read(made.of(slot).outputs()), slot);
            assertClose(expected[1], read(made.of(slot).inputs()), slot);
          });
    }
  }

  /** Both maps in turns over rows, as a collection does. */
  private Factors alternate(
      Samples samples, double[][] x, double[][] g, int[] offsets, int count, Scope scope) {
    Matrix inputs = floats(x, scope);
    Matrix slopes = floats(g, scope);
    Matrix u = Matrix.of(scope.zeros(DType.F64, g[0].length, g[0].length));
    Matrix v = Matrix.of(scope.zeros(DType.F64, x[0].length, x[0].length));
    for (int step = 0; step < 30; step++) {
      Matrix given = step == 0 ? null : NearestFisherProduct.single(v, scope);
      device.gradients().clear(u);
      NearestFisherProduct.add(samples, inputs, given, slopes, offsets, u);
      NearestFisherProduct.finish(u, true, count);
      Matrix other = NearestFisherProduct.single(u, scope);
      device.gradients().clear(v);
      NearestFisherProduct.add(samples, slopes, other, inputs, offsets, v);
      NearestFisherProduct.finish(v, false, count);
    }
    return new Factors(u, v, null);
  }

  private static Matrix floats(double[][] rows, Scope scope) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return Matrix.of(scope.floats(flat, rows.length, rows[0].length));
  }

  @Test
  void workedExample() {
    double[][] x = {{1, 4, 0}, {2, 0, 1}, {-1, 2, 1}, {0, -3, 2}, {3, 1, -1}, {1, 5, 0}};
    double[][] d = {
      {2, 0, 1, -1}, {0, 1, -1, 1}, {-1, 1, 0, 0}, {2, -1, 0, 1}, {0, 1, 3, 0}, {1, 0, -1, 1}
    };
    try (Scope scope = device.openScope()) {
      Factors made = alternate(Samples.EXAMPLES, x, d, new int[] {0, 2, 4, 6}, 3, scope);
      double length = Math.sqrt(device.blas().squaredNorm(made.inputs()));
      assertEquals(62.393738, length, 1e-5 * length);
      assertArrayEquals(
          new double[] {0.930412, 0.354164, 0.092495, 0.018609},
          eigenvalues(made.outputs(), 1, scope),
          1e-5);
      assertArrayEquals(
          new double[] {0.996735, 0.071268, 0.037960},
          eigenvalues(made.inputs(), length, scope),
          1e-5);
    }
  }

  private double[] eigenvalues(Matrix a, double scale, Scope scope) {
    int n = a.rows();
    Tensor values = scope.allocate(DType.F64, n);
    Matrix copy = Matrix.of(scope.allocate(DType.F64, n, n));
    device.blas().copy(a, copy);
    device.lapack().largestEigenpairs(copy, n, values, Matrix.of(scope.allocate(DType.F64, n, n)));
    return Arrays.stream(values.toDoubles()).map(value -> value / scale).toArray();
  }

  /** Every gradient with every input: they are independent, and the product is that of both. */
  @Test
  void independentTokensGiveTheProductOfTheirMoments() {
    SplittableRandom random = new SplittableRandom(2);
    double[][] g = new double[9][5];
    double[][] x = new double[11][4];
    for (double[][] rows : new double[][][] {g, x}) {
      for (double[] row : rows) {
        Arrays.setAll(row, j -> random.nextGaussian());
      }
    }
    double[][] allG = new double[99][];
    double[][] allX = new double[99][];
    for (int t = 0; t < 99; t++) {
      allG[t] = g[t / 11];
      allX[t] = x[t % 11];
    }
    double[][] ofG = new double[5][5];
    double[][] ofX = new double[4][4];
    addGram(g, constant(9, 1), ofG);
    addGram(x, constant(11, 1), ofX);
    normalize(ofG);
    normalize(ofX);
    try (Scope scope = device.openScope()) {
      Factors made = alternate(Samples.TOKENS, allX, allG, new int[] {0, 99}, 99, scope);
      assertClose(ofG, read(made.outputs()), "outputs");
      double[][] inputs = read(made.inputs());
      normalize(inputs);
      assertClose(ofX, inputs, "inputs");
    }
  }

  @Test
  void factorsAreReadAgainToTheLastBit() throws IOException {
    LabelledExamples examples = examples(6, 2);
    AtomicInteger passes = new AtomicInteger();
    List<FisherFactors.Source> sources =
        List.of(
            new OutputGradients(Labels.SAMPLED, true, false),
            new NearestFisherProduct(Labels.EXPECTED, Samples.TOKENS, 1));
    try (LoadedModel loaded = tiny(2)) {
      for (FisherFactors.Source source : sources) {
        List<double[][]> first = all(loaded.model(), examples, source, passes);
        int before = passes.get();
        assertTrue(before > 0);
        List<double[][]> second = all(loaded.model(), examples, source, passes);
        assertEquals(before, passes.get());
        for (int i = 0; i < first.size(); i++) {
          for (int j = 0; j < first.get(i).length; j++) {
            assertArrayEquals(first.get(i)[j], second.get(i)[j]);
          }
        }
      }
    }
  }

  private List<double[][]> all(
      Model model, TrainingSet examples, FisherFactors.Source source, AtomicInteger passes) {
    try (Calibrator calibrator =
        new Calibrator(model, examples, "key", folder, done -> passes.incrementAndGet())) {
      List<double[][]> all = new ArrayList<>();
      for (LinearSlot slot : model.slots()) {
        Factors factors = calibrator.fisherFactors(source).of(slot.name());
        all.add(read(factors.outputs()));
        all.add(read(factors.inputs()));
        if (factors.inputSum() != null) {
          all.add(new double[][] {factors.inputSum()});
        }
      }
      return all;
    }
  }

  @Test
  void languageModelsHaveTooManyLabelsToExpect() throws IOException {
    List<TokenSequence> sequences =
        List.of(
            new TokenSequence(new int[] {1, 2, 3, 4, 5}, new int[5]),
            new TokenSequence(new int[] {3, 2, 1}, new int[3]));
    TextExamples texts = new TextExamples(sequences, new int[] {1, 1});
    try (LoadedModel loaded =
        LoadedModel.open(
            TinyCheckpoint.gpt2(folder.resolve("gpt2"), 0), Gpt2Options.DEFAULT, device)) {
      Model model = loaded.model();
      InputException refused =
          assertThrows(
              InputException.class,
              () ->
                  new OutputGradients(Labels.EXPECTED, false, false)
                      .collect(model, texts, 0, null, done -> {}));
      assertTrue(refused.getMessage().contains("labels=sampled"), refused.getMessage());
      for (Labels labels : List.of(Labels.DATA, Labels.SAMPLED)) {
        try (FisherFactors made =
                new OutputGradients(labels, false, false)
                    .collect(model, texts, 1, null, done -> {});
            FisherFactors again =
                new OutputGradients(labels, false, false)
                    .collect(model, texts, 1, null, done -> {});
            FisherFactors other =
                new OutputGradients(labels, false, false)
                    .collect(model, texts, 2, null, done -> {})) {
          String slot = model.slots().get(0).name();
          double[][] g = read(made.of(slot).outputs());
          assertTrue(g[0][0] > 0);
          assertArrayEquals(g, read(again.of(slot).outputs()));
          assertEquals(labels == Labels.DATA, Arrays.deepEquals(g, read(other.of(slot).outputs())));
        }
      }
    }
  }
}
