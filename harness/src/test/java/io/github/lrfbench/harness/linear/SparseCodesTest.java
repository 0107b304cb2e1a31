package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes of some elements of a matrix, and what a checkpoint has of them. */
class SparseCodesTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(9);

  /**
   * W = [[s (c − z), 0, ...]] of random codes.
   *
   * @param zeros whether there are zero points; else the middle of the codes means 0
   */
  private SparseCodes codes(int bits, int outputs, int inputs, int group, boolean zeros) {
    byte[] stored = new byte[outputs * inputs];
    byte[] codes = new byte[stored.length];
    int groups = (inputs + group - 1) / group;
    int least = bits == Byte.SIZE ? Byte.MIN_VALUE : 0;
    float[] origins = new float[outputs * groups];
    float[] scales = new float[origins.length];
    for (int i = 0; i < origins.length; i++) {
      int middle = bits == Byte.SIZE ? 0 : 1 << bits - 1;
      origins[i] = zeros ? least + random.nextInt(1 << bits) : middle;
      scales[i] = (float) (0.1 + random.nextDouble());
    }
    for (int i = 0; i < codes.length; i++) {
      stored[i] = (byte) (i == 0 || random.nextInt(3) == 0 ? 1 : 0);
      int zero = (int) origins[i / inputs * groups + i % inputs / group];
      codes[i] = (byte) (stored[i] == 1 ? least + random.nextInt(1 << bits) : zero);
    }
    byte[] packed = bits == Byte.SIZE ? codes : CodePacking.pack(codes, inputs, bits);
    DType dtype = bits == Byte.SIZE ? DType.I8 : DType.U8;
    QuantizedLinear whole =
        new QuantizedLinear(
            Matrix.of(scope.codes(dtype, packed, outputs, CodePacking.width(inputs, bits))),
            bits,
            scope.floats(scales, outputs, groups),
            zeros ? scope.floats(origins, outputs, groups) : null,
            inputs,
            group,
            null,
            DType.F32);
    Mask mask = Mask.of(CodePacking.pack(stored, inputs, 1), outputs, inputs, scope);
    return SparseCodes.of(mask, whole, scope);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 5, 9, 3, true", "2, 3, 17, 16, true", "3, 7, 40, 8, true", "4, 6, 33, 33, false",
    "4, 1, 1, 1, true", "5, 4, 13, 4, false", "8, 5, 10, 10, false", "8, 3, 21, 5, true"
  })
  void aCheckpointHasWhatIsStoredAndGivesTheSameMatrix(
      int bits, int outputs, int inputs, int group, boolean zeros) {
    SparseCodes made = codes(bits, outputs, inputs, group, zeros);
    SparseCodes read = read(made, Map.of(), made.count());
    float[] w = matrix(made);
    assertArrayEquals(w, matrix(read));
    assertArrayEquals(w, matrix(read.copyTo(scope)));
    byte[] stored = made.mask().flags();
    for (int i = 0; i < w.length; i++) {
      assertTrue(stored[i] == 1 || w[i] == 0, "element " + i);
    }
    long constants = (long) outputs * ((inputs + group - 1) / group) * (zeros ? 2 : 1);
    long bytes =
        (long) outputs * ((inputs + 7) / 8) + (made.count() * bits + 7) / 8 + 4 * constants;
    assertEquals(8 * bytes, made.bits());
    long written = 0;
    for (Parameter weight : made.weights("m")) {
      Matrix value = weight.value();
      written += (long) value.rows() * value.cols() * value.dtype().bytes();
    }
    assertEquals(bytes, written);
    assertEquals(made.count(), made.parameters());
    assertEquals(2L * outputs * inputs, made.flopsPerRow());
    assertEquals("sparse-int" + bits, made.form());
  }

  private float[] matrix(Linear linear) {
    Tensor w = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(w));
    return w.toFloats();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void aPassIsThatOfTheMatrix(int rows) {
    SparseCodes linear = codes(4, 6, 33, 8, true);
    Tensor bias = normal(random, 6);
    Matrix x = Matrix.of(normal(random, rows, 33));
    Matrix y = Matrix.of(scope.zeros(DType.F32, rows, 6));
    try (Ops ops = new EagerOps(device)) {
      linear.withBias(bias).copyTo(scope).forward(ops, x, Activation.RELU, y);
    }
    float[] w = matrix(linear);
    double[] given = x.data().toDoubles();
    double[] sums = bias.toDoubles();
    for (int t = 0; t < rows; t++) {
      for (int i = 0; i < 6; i++) {
        double sum = sums[i];
        for (int j = 0; j < 33; j++) {
          sum += w[i * 33 + j] * given[t * 33 + j];
        }
        assertEquals(Math.max(0, sum), y.data().toDoubles()[t * 6 + i], 1e-4);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedInALine() {
    SparseCodes made = codes(4, 3, 5, 5, true);
    Tensor between = scope.floats(new float[] {1, 2.5f, 3}, 3, 1);
    Tensor beyond = scope.floats(new float[] {1, 16, 3}, 3, 1);
    assertMessage("no code of 4 bits means 0", made, Map.of("zeros", between), made.count());
    assertMessage("holds 16.0", made, Map.of("zeros", beyond), made.count());
    assertMessage("said to hold 0 codes", made, Map.of(), 0);
    assertMessage("said to hold 16 codes", made, Map.of(), 16);
    int wrong = made.count() % 2 == 0 ? made.count() - 1 : made.count() + 1;
    assertMessage("elements, but " + wrong + " are stored", made, Map.of(), wrong);
  }

  private void assertMessage(String part, SparseCodes made, Map<String, Tensor> others, int count) {
    String message =
        assertThrows(InputException.class, () -> read(made, others, count)).getMessage();
    assertTrue(message.contains(part), message);
  }

  private SparseCodes read(SparseCodes made, Map<String, Tensor> others, int count) {
    Map<String, Tensor> tensors = new HashMap<>();
    made.weights("m").forEach(weight -> tensors.put(weight.name(), weight.value().data()));
    others.forEach((name, tensor) -> tensors.put("m.sparsecodes." + name, tensor));
    ObjectNode constants = JsonNodeFactory.instance.objectNode();
    made.describe("m", constants);
    ((ObjectNode) constants.get("m")).put("stored", count);
    Place place = new Place("m", made.outputs(), made.inputs(), 1);
    SparseCodesFormat format = new SparseCodesFormat();
    NamedTensors stored = new NamedTensors(tensors, constants, scope);
    assertTrue(format.holds(stored, "m"));
    assertEquals(made.outputs(), format.outputs(stored, "m"));
    return (SparseCodes) format.read(stored, place);
  }
}
