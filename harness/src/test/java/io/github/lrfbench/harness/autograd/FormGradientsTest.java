package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.NarrowInputs;
import io.github.lrfbench.harness.linear.PlacedOutputs;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.linear.SelectedInputs;
import io.github.lrfbench.harness.linear.SharedLinear;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.linear.TensorSlices;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.harness.linear.TensorTrain;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every form of leaves that can be trained has the gradients of central differences. */
class FormGradientsTest {
  private static final int TOKENS = 3;
  private static final int INPUTS = 4;
  private static final int OUTPUTS = 6;

  private final CentralDifferences differences = new CentralDifferences();

  @AfterEach
  void close() {
    differences.close();
  }

  private Linear dense(int inputs, int outputs) {
    return new DenseLinear(differences.trainedMatrix(inputs, outputs), null);
  }

  private Linear lowRank(int inputs, int rank, int outputs) {
    return new LowRankLinear(
        new LowRankFactors(
            differences.trainedMatrix(inputs, rank), differences.trainedMatrix(rank, outputs)),
        null);
  }

  private Linear heads(int inputs, int outputs) {
    return new NarrowHeads(differences.trainedMatrix(inputs, 4), null, 2, outputs);
  }

  private Linear narrowInputs(int inputs, int outputs) {
    return new NarrowInputs(differences.trainedMatrix(2, outputs), null, 2, inputs);
  }

  /** As a layer within a network, and as one of two layers whose outputs are side by side. */
  private void check(Linear linear, Activation activation) {
    Matrix inner = differences.trainedMatrix(2, INPUTS);
    Matrix constant = Matrix.of(differences.frozen(TOKENS, 2));
    differences.check(
        ops -> {
          Matrix x = Matrix.of(ops.allocate(constant.dtype(), TOKENS, INPUTS));
          ops.linear(constant, false, inner, null, Activation.NONE, x);
          Matrix y = Matrix.of(ops.allocate(x.dtype(), TOKENS, 2 * OUTPUTS));
          linear.forward(ops, x, Activation.NONE, y.columns(0, OUTPUTS));
          linear.forward(ops, x, Activation.NONE, y.columns(OUTPUTS, 2 * OUTPUTS));
          linear.addTo(ops, x, y.columns(OUTPUTS, 2 * OUTPUTS));
          Matrix z = Matrix.of(ops.allocate(x.dtype(), TOKENS, OUTPUTS));
          linear.forward(ops, x, activation, z);
          Matrix result = Matrix.of(ops.allocate(x.dtype(), TOKENS, 2 * OUTPUTS));
          ops.linear(
              y,
              true,
              Matrix.of(differences.scope().doubles(eye(), 2 * OUTPUTS, 2 * OUTPUTS)),
              null,
              Activation.NONE,
              result);
          ops.add(z, result.columns(1, 1 + OUTPUTS));
          return result;
        });
  }

  private static double[] eye() {
    double[] eye = new double[4 * OUTPUTS * OUTPUTS];
    for (int i = 0; i < 2 * OUTPUTS; i++) {
      eye[i * (2 * OUTPUTS + 1)] = 1;
    }
    return eye;
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void chains(Activation activation) {
    check(
        new Chain(lowRank(INPUTS, 2, 5), dense(5, OUTPUTS)).withBias(differences.trained(OUTPUTS)),
        activation);
    check(new Chain(new Chain(dense(INPUTS, 1), dense(1, 3)), heads(3, OUTPUTS)), activation);
    check(
        new Chain(dense(INPUTS, 6), narrowInputs(6, OUTPUTS))
            .withBias(differences.trained(OUTPUTS)),
        activation);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void sums(Activation activation) {
    check(
        new Sum(dense(INPUTS, OUTPUTS), lowRank(INPUTS, 1, OUTPUTS))
            .withBias(differences.trained(OUTPUTS)),
        activation);
    check(
        new Sum(lowRank(INPUTS, 2, OUTPUTS), heads(INPUTS, OUTPUTS))
            .withBias(differences.trained(OUTPUTS)),
        activation);
    Linear chain = new Chain(dense(INPUTS, 2), dense(2, OUTPUTS));
    check(new Sum(chain, new Sum(dense(INPUTS, OUTPUTS), chain)), activation);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void selectedInputs(Activation activation) {
    Linear read = SelectedInputs.of(new int[] {3, 0}, INPUTS, differences.scope());
    check(new Chain(read, dense(2, OUTPUTS)).withBias(differences.trained(OUTPUTS)), activation);
    Linear all = SelectedInputs.of(new int[] {1, 3, 2, 0}, INPUTS, differences.scope());
    check(new Chain(all, lowRank(INPUTS, 2, OUTPUTS)), activation);
    check(new Chain(dense(INPUTS, 7), pick(7)), activation);
  }

  private Linear pick(int inputs) {
    return SelectedInputs.of(new int[] {6, 0, 5, 1, 4, 2}, inputs, differences.scope());
  }

  /** A row of none, one of all, and others. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void storedElements(Activation activation) {
    byte[] bits = {0b0101, 0, 0b1111, 0b0010, 0b1000, 0b0111};
    Mask mask = Mask.of(bits, OUTPUTS, INPUTS, differences.scope());
    Linear sparse = new SparseLinear(mask, differences.trained(11), null);
    check(sparse.withBias(differences.trained(OUTPUTS)), activation);
    check(new Sum(sparse, lowRank(INPUTS, 2, OUTPUTS)), activation);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void placedOutputs(Activation activation) {
    boolean[] given = {true, false, false, true, true, false};
    Linear placed = PlacedOutputs.of(given, differences.scope());
    check(
        new Chain(dense(INPUTS, 3), placed.copyTo(differences.scope(), DType.F64))
            .withBias(differences.trained(OUTPUTS)),
        activation);
  }

  /** The gradient of a basis is the sum over all that share it. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void shared(Activation activation) {
    Basis basis = new Basis("m", differences.trainedMatrix(INPUTS, 2), differences.scope());
    Linear first =
        new SharedLinear(
            basis, differences.trainedMatrix(2, OUTPUTS), differences.trained(OUTPUTS), true);
    Linear second = new SharedLinear(basis, differences.trainedMatrix(2, OUTPUTS), null, false);
    check(first, activation);
    check(new Sum(first, second), activation);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void kronecker(Activation activation) {
    check(products(2, 3, 2, 2, 1).withBias(differences.trained(OUTPUTS)), activation);
    check(products(1, 2, 4, 3, 2).withBias(differences.trained(OUTPUTS)), activation);
    check(products(4, 6, 1, 1, 1), activation);
    check(new Sum(products(4, 2, 1, 3, 3), products(2, 1, 2, 6, 2)), activation);
  }

  private Linear products(int n1, int m1, int n2, int m2, int terms) {
    return new KroneckerLinear(
        differences.trained(n1, terms, m1), differences.trained(n2, terms, m2), null);
  }

  /** In the order of few rows; slices of inputs stand behind a map that makes them. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void tensors(Activation activation) {
    for (Kind kind : Kind.values()) {
      check(slices(kind, INPUTS, 2, 3, 2, false), activation);
      check(slices(kind, INPUTS, OUTPUTS, 1, 5, false), activation);
      check(slices(kind, OUTPUTS, 2, INPUTS / 2, 3, true), activation);
    }
    check(train(new int[][] {{3, 1}, {2, 2}, {1, 2}}, 2), activation);
    check(train(new int[][] {{1, 2}, {3, 1}, {2, 2}}, 4), activation);
    check(train(new int[][] {{2, 2}, {3, 2}}, 1), activation);
  }

  private Linear slices(Kind kind, int d, int w, int slices, int rank, boolean ofInputs) {
    List<Matrix> shared = new ArrayList<>();
    shared.add(differences.trainedMatrix(d, rank));
    shared.add(differences.trainedMatrix(w, kind == Kind.CP ? rank : 2));
    if (kind == Kind.TUCKER) {
      shared.add(differences.trainedMatrix(2, 2 * rank));
    }
    Matrix own =
        differences.trainedMatrix(slices, kind == Kind.TT ? 2 * rank : kind == Kind.CP ? rank : 2);
    Basis basis = new Basis("m", shared, differences.scope());
    return new TensorSlices(kind, basis, own, ofInputs, differences.trained(OUTPUTS), true);
  }

  private Linear train(int[][] modes, int rank) {
    List<Matrix> cores = new ArrayList<>();
    for (int k = 0; k < modes.length; k++) {
      int before = k == 0 ? 1 : rank;
      int after = k == modes.length - 1 ? 1 : rank;
      cores.add(differences.trainedMatrix(modes[k][1] * after, modes[k][0] * before));
    }
    return new TensorTrain(List.of(modes), cores, differences.trained(OUTPUTS));
  }

  /** Codes have no gradients, but what is before them does. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void quantized(Activation activation) {
    check(codes(INPUTS, OUTPUTS).withBias(differences.trained(OUTPUTS)), activation);
    check(new Chain(dense(INPUTS, 3), codes(3, OUTPUTS)), activation);
    check(new Sum(codes(INPUTS, OUTPUTS), lowRank(INPUTS, 2, OUTPUTS)), activation);
  }

  private Linear codes(int inputs, int outputs) {
    byte[] codes = new byte[outputs * inputs];
    float[] scales = new float[outputs];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i * 37 % 255 - 127);
      scales[i % outputs] = 0.01f + 0.001f * (i % outputs);
    }
    return new QuantizedLinear(
        Matrix.of(differences.scope().codes(DType.I8, codes, outputs, inputs)),
        8,
        differences.scope().floats(scales, outputs, 1),
        null,
        inputs,
        inputs,
        null,
        DType.F64);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void adaptersBesideOtherForms(Activation activation) {
    Linear sum = new Sum(dense(INPUTS, OUTPUTS), lowRank(INPUTS, 2, OUTPUTS));
    check(
        new LoraLinear(
            sum.withBias(differences.trained(OUTPUTS)),
            differences.trainedMatrix(INPUTS, 2),
            differences.trainedMatrix(2, OUTPUTS),
            0.7,
            0),
        activation);
  }
}
