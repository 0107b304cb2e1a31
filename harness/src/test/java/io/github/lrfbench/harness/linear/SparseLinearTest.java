package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps of which some elements or outputs are stored, and what a checkpoint has of them. */
class SparseLinearTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(8);

  /** W = [[1, 0, 2], [0, 0, 0], [3, 4, 5]]. */
  private SparseLinear small() {
    byte[] bits = {0b101, 0, 0b111};
    Tensor values = scope.floats(new float[] {1, 2, 3, 4, 5}, 5, 1);
    return new SparseLinear(Mask.of(bits, 3, 3, scope), values, null);
  }

  @Test
  void storedElementsStandInTheirPlaces() {
    Tensor w = scope.allocate(DType.F32, 3, 3);
    small().materialize(device, Matrix.of(w));
    assertArrayEquals(new float[] {1, 0, 2, 0, 0, 0, 3, 4, 5}, w.toFloats());
    assertEquals(5, small().parameters());
    assertEquals(5 * 32 + 3 * 8, small().bits());
    assertEquals(18, small().flopsPerRow());
    assertEquals("5 of 9", small().label());
    assertTrue(small().weights("m").stream().anyMatch(Parameter::trainable));
  }

  /** Against the sum over what is stored, element by element. */
  @ParameterizedTest
  @ValueSource(ints = {1, 9, 40})
  void aPassIsThatOfTheMatrix(int inputs) {
    int outputs = 7;
    SparseLinear linear =
        (SparseLinear) new Forms(inputs, scope).of("sparse", outputs, inputs, true);
    Matrix x = Matrix.of(normal(random, 2, inputs));
    Matrix y = Matrix.of(scope.zeros(DType.F32, 2, outputs + 2));
    try (Ops ops = new EagerOps(device)) {
      linear.copyTo(scope).forward(ops, x, Activation.NONE, y.columns(1, outputs + 1));
    }
    double[] read = x.data().toDoubles();
    double[] given = y.data().toDoubles();
    double[] biases = linear.bias().toDoubles();
    double[] values = linear.values().toDoubles();
    byte[] bits = linear.mask().bits().data().toBytes();
    int next = 0;
    double[] expected = {0, 0};
    for (int i = 0; i < outputs; i++) {
      for (int t = 0; t < 2; t++) {
        expected[t] = biases[i];
      }
      for (int j = 0; j < inputs; j++) {
        if ((bits[i * ((inputs + 7) / 8) + j / 8] >> j % 8 & 1) == 1) {
          for (int t = 0; t < 2; t++) {
            expected[t] += values[next] * read[t * inputs + j];
          }
          next++;
        }
      }
      for (int t = 0; t < 2; t++) {
        assertEquals(expected[t], given[t * (outputs + 2) + 1 + i], 1e-5);
      }
    }
    assertEquals(values.length, next);
  }

  /** Zeros stand where no output is given, plus the bias. */
  @Test
  void outputsArePlaced() {
    PlacedOutputs placed = PlacedOutputs.of(new boolean[] {false, true, true, false}, scope);
    Matrix x = Matrix.of(scope.floats(new float[] {1, -2, 3, 4}, 2, 2));
    Tensor bias = scope.floats(new float[] {1, 1, 1, -1}, 4);
    for (Activation activation : new Activation[] {Activation.NONE, Activation.RELU}) {
      Matrix y = Matrix.of(scope.zeros(DType.F32, 2, 6));
      try (Ops ops = new EagerOps(device)) {
        placed.withBias(bias).copyTo(scope).forward(ops, x, activation, y.columns(1, 5));
      }
      float least = activation == Activation.RELU ? 0 : -1;
      assertArrayEquals(
          new float[] {0, 1, 2, least, least, 0, 0, 1, 4, 5, least, 0}, y.data().toFloats());
    }
    Tensor w = scope.allocate(DType.F32, 4, 2);
    placed.materialize(device, Matrix.of(w));
    assertArrayEquals(new float[] {0, 0, 1, 0, 0, 1, 0, 0}, w.toFloats());
    assertEquals(0, placed.parameters());
    assertEquals(32, placed.bits());
    assertEquals("2 of 4 outputs", placed.label());
  }

  /** Rows that are dropped change no bit of the others' outputs. */
  @Test
  void outputsOfKeptRowsAreThoseOfTheWholeMatrix() {
    int inputs = 40;
    Tensor rows = normal(random, 3, inputs);
    float[] whole = new float[5 * inputs];
    System.arraycopy(rows.toFloats(), 0, whole, 0, inputs);
    System.arraycopy(rows.toFloats(), inputs, whole, 2 * inputs, 2 * inputs);
    Matrix x = Matrix.of(normal(random, 4, inputs));
    Matrix y = Matrix.of(scope.zeros(DType.F32, 4, 5));
    Matrix masked = Matrix.of(scope.zeros(DType.F32, 4, 5));
    boolean[] given = {true, false, true, true, false};
    Matrix weight = Matrix.of(scope.allocate(DType.F32, inputs, 3));
    device.blas().transpose(Matrix.of(rows), weight);
    Matrix all = Matrix.of(scope.allocate(DType.F32, inputs, 5));
    device.blas().transpose(Matrix.of(scope.floats(whole, 5, inputs)), all);
    try (Ops ops = new EagerOps(device)) {
      new Chain(new DenseLinear(weight, null), PlacedOutputs.of(given, scope))
          .forward(ops, x, Activation.NONE, y);
      new DenseLinear(all, null).forward(ops, x, Activation.NONE, masked);
    }
    assertArrayEquals(masked.data().toFloats(), y.data().toFloats());
  }

  @Test
  void aCheckpointHasAllOfThem() {
    SparseLinear linear = (SparseLinear) new Forms(4, scope).of("sparse", 5, 11, false);
    byte[] mask = linear.weights("m").get(0).readCodes();
    float[] values = linear.weights("m").get(1).read();
    SparseLinear read = (SparseLinear) read(mask, values, 5, 11);
    assertArrayEquals(linear.mask().starts(), read.mask().starts());
    assertArrayEquals(linear.values().toFloats(), read.values().toFloats());
    byte[] flags = {0, 1, 1};
    PlacedOutputs placed = (PlacedOutputs) placed(flags, 2);
    assertArrayEquals(new int[] {-1, 0, 1}, placed.columns().toInts());
  }

  @Test
  void whatDoesNotFitIsRefusedInALine() {
    byte[] bits = {0b101, 0b010};
    assertMessage("marks 3 elements, but 4 are stored", () -> read(bits, new float[4], 2, 3));
    assertMessage("behind the last of 2 inputs", () -> read(bits, new float[3], 2, 2));
    byte[] flags = {0, 2, 1};
    assertMessage("holds 2, which is neither 0 nor 1", () -> placed(flags, 2));
    byte[] two = {0, 1, 1};
    assertMessage("marks 2 outputs, but 3 are given", () -> placed(two, 3));
  }

  private static void assertMessage(String part, Supplier<Linear> action) {
    String message = assertThrows(InputException.class, action::get).getMessage();
    assertTrue(message.contains(part), message);
  }

  private Linear read(byte[] mask, float[] values, int outputs, int inputs) {
    Tensor bits = scope.codes(DType.U8, mask, outputs, (inputs + 7) / 8);
    Tensor stored = scope.floats(values, values.length, 1);
    return new SparseFormat()
        .read(
            new NamedTensors(
                Map.of("m.sparse.mask", bits, "m.sparse.values", stored),
                MissingNode.getInstance(),
                scope),
            new Place("m", outputs, inputs, 1));
  }

  private Linear placed(byte[] flags, int inputs) {
    Tensor stored = scope.codes(DType.U8, flags, flags.length, 1);
    return new PlacedOutputsFormat()
        .read(
            new NamedTensors(Map.of("m.placed.outputs", stored), MissingNode.getInstance(), scope),
            new Place("m", flags.length, inputs, 1));
  }
}
