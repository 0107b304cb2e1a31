package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantized maps compute what their codes mean. */
class QuantizedLinearTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(4);

  /** Codes, and the matrix that they mean, computed number by number. */
  private QuantizedLinear codes(
      int bits, int outputs, int inputs, int group, boolean zeros, double[] matrix) {
    int width = (inputs * bits + 7) / 8;
    int groups = (inputs + group - 1) / group;
    byte[] codes = new byte[outputs * width];
    random.nextBytes(codes);
    float[] scales = new float[outputs * groups];
    float[] shifts = new float[outputs * groups];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) (0.01 * random.nextGaussian());
      shifts[i] = zeros ? random.nextInt(16) : bits == 8 ? 0 : 1 << bits - 1;
    }
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < inputs; j++) {
        int code = bits == 8 ? codes[i * width + j] : 0;
        for (int bit = 0; bits < 8 && bit < bits; bit++) {
          int at = j * bits + bit;
          code |= (codes[i * width + at / 8] >> at % 8 & 1) << bit;
        }
        int constant = i * groups + j / group;
        matrix[i * inputs + j] = scales[constant] * (double) (code - shifts[constant]);
      }
    }
    return new QuantizedLinear(
        Matrix.of(scope.codes(bits == 8 ? DType.I8 : DType.U8, codes, outputs, width)),
        bits,
        scope.floats(scales, outputs, groups),
        zeros ? scope.floats(shifts, outputs, groups) : null,
        inputs,
        group,
        null,
        DType.F32);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 1, 1, 1, false",
    "8, 3, 5, 5, false",
    "8, 7, 33, 8, true",
    "4, 1, 1, 1, true",
    "4, 5, 9, 9, false",
    "4, 6, 40, 16, true",
    "1, 3, 17, 17, false",
    "2, 4, 9, 4, true",
    "3, 5, 21, 21, false",
    "5, 5, 8, 3, true",
    "6, 2, 11, 11, false",
    "7, 3, 10, 10, true",
    // Several tiles, the last one smaller.
    "8, 7, 400000, 400000, false"
  })
  void itComputesWhatItsCodesMean(int bits, int outputs, int inputs, int group, boolean zeros) {
    double[] matrix = new double[outputs * inputs];
    QuantizedLinear plain = codes(bits, outputs, inputs, group, zeros, matrix);
    Tensor bias = normal(random, outputs);
    QuantizedLinear linear = plain.withBias(bias);
    int rows = 2;
    Matrix x = Matrix.of(normal(random, rows, inputs));
    Tensor wide = scope.zeros(DType.F32, rows, outputs + 3);
    try (Ops ops = new EagerOps(device)) {
      linear.forward(ops, x, Activation.RELU, Matrix.of(wide).columns(2, 2 + outputs));
    }
    double[] inputsOf = x.data().toDoubles();
    double[] biases = bias.toDoubles();
    double[] actual = wide.toDoubles();
    for (int t = 0; t < rows; t++) {
      for (int i = 0; i < outputs; i++) {
        double sum = biases[i];
        double size = Math.abs(sum);
        for (int j = 0; j < inputs; j++) {
          double term = matrix[i * inputs + j] * inputsOf[t * inputs + j];
          sum += term;
          size += Math.abs(term);
        }
        assertEquals(Math.max(0, sum), actual[t * (outputs + 3) + 2 + i], 1e-5 * size);
      }
      assertEquals(0, actual[t * (outputs + 3) + 1]);
    }
    Tensor whole = scope.allocate(DType.F32, outputs, inputs);
    linear.materialize(device, Matrix.of(whole));
    double[] written = whole.toDoubles();
    for (int i = 0; i < written.length; i++) {
      assertEquals(matrix[i], written[i], 1e-6 * Math.abs(matrix[i]));
    }
    assertEquals(inputs == 400000 ? 4 : 1, linear.tiles());
    QuantizedLinear copy = linear.copyTo(scope);
    Tensor again = scope.allocate(DType.F32, outputs, inputs);
    copy.materialize(device, Matrix.of(again));
    assertArrayEquals(whole.toFloats(), again.toFloats());
    assertArrayEquals(bias.toFloats(), copy.bias().toFloats());
  }

  @Test
  void itCountsWhatIsStored() {
    QuantizedLinear rows = codes(8, 6, 5, 5, false, new double[30]);
    assertEquals(30, rows.parameters());
    assertEquals(30 * 8 + 6 * 32, rows.bits());
    assertEquals(60, rows.flopsPerRow());
    assertEquals("int8", rows.form());
    assertEquals("8 bit, per row", rows.label());
    QuantizedLinear groups = codes(4, 6, 5, 2, true, new double[30]);
    assertEquals(30, groups.parameters());
    assertEquals(6 * 3 * 8 + 6 * 3 * 2 * 32, groups.bits());
    assertEquals("int4", groups.form());
    assertEquals("4 bit, groups of 2, zero points", groups.label());
    assertTrue(groups.weights("m").stream().noneMatch(weight -> weight.trainable()));
  }

  @Test
  void oneScaleIsThatOfAllRows() {
    int rows = 7;
    int cols = 300000;
    double[] ignored = new double[rows * cols];
    QuantizedLinear plain = codes(3, rows, cols, cols, true, ignored);
    Tensor scale = scope.floats(new float[] {0.25f}, 1, 1);
    Tensor zero = scope.floats(new float[] {3.5f}, 1, 1);
    QuantizedLinear single =
        new QuantizedLinear(plain.codes(), 3, scale, zero, cols, cols, null, DType.F32);
    assertEquals("3 bit, one scale, zero points", single.label());
    assertEquals(8L * plain.codes().cols() * rows + 64, single.bits());
    byte[] codes = CodePacking.unpack(plain.codes().data().toBytes(), cols, 3);
    Matrix x = Matrix.of(scope.zeros(DType.F32, 1, cols));
    x.data().write(4, new double[] {2}, 0, 1);
    Matrix y = Matrix.of(scope.allocate(DType.F32, 1, rows));
    try (Ops ops = new EagerOps(device)) {
      single.forward(ops, x, Activation.NONE, y);
    }
    assertTrue(single.tiles() > 1);
    for (int i = 0; i < rows; i++) {
      assertEquals(0.5 * (codes[i * cols + 4] - 3.5), y.data().toDoubles()[i], 1e-6);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new QuantizedLinear(plain.codes(), 3, scale, zero, cols, 100, null, DType.F32));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new QuantizedLinear(
                plain.codes(), 3, scale, plain.zeros(), cols, cols, null, DType.F32));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    QuantizedLinear fits = codes(8, 6, 5, 5, false, new double[30]);
    assertThrows(
        IllegalArgumentException.class,
        () -> new QuantizedLinear(fits.codes(), 8, fits.scales(), null, 4, 4, null, DType.F32));
    assertThrows(
        IllegalArgumentException.class,
        () -> new QuantizedLinear(fits.codes(), 8, fits.scales(), null, 5, 2, null, DType.F32));
  }

  @Test
  void packedCodesCanBeUnpacked() {
    for (int bits = 1; bits < 8; bits++) {
      for (int cols : new int[] {1, 2, 5, 8, 13}) {
        byte[] codes = new byte[3 * cols];
        for (int i = 0; i < codes.length; i++) {
          codes[i] = (byte) (i % 4 == 0 ? (1 << bits) - 1 : random.nextInt(1 << bits));
        }
        byte[] packed = CodePacking.pack(codes, cols, bits);
        assertEquals(3 * CodePacking.width(cols, bits), packed.length);
        assertArrayEquals(codes, CodePacking.unpack(packed, cols, bits));
      }
    }
  }

  /** Tensors of a module "m" of [6, 5], codes of 8 bits with a scale a row. */
  private ModuleTensors tensors(String constants) {
    QuantizedLinear stored = codes(8, 6, 5, 5, false, new double[30]);
    return new CodeTensors(stored.codes().data(), stored.scales(), constants);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}",
        "{\"m\": {\"bits\": 8}}",
        "{\"m\": {\"bits\": 8, \"group\": 5}}",
        "{\"m\": {\"bits\": 8, \"group\": 2147483647}}",
      })
  void constantsAreRead(String constants) {
    Linear read = new QuantizedFormat().read(tensors(constants), new Place("m", 6, 5, 1));
    assertEquals("8 bit, per row", read.label());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"m\": {\"bits\": 9}}; codes of 9 bits",
        "{\"m\": {\"bits\": \"8\"}}; no whole number",
        "{\"m\": {\"group\": 5.5}}; no whole number",
        "{\"m\": {\"group\": 0}}; groups of 0",
        "{\"m\": {\"group\": 5, \"nf4\": 1}}; which this version does not know",
      })
  void constantsThatSayAnotherThingAreRefused(String constants, String what) {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> new QuantizedFormat().read(tensors(constants), new Place("m", 6, 5, 1)));
    assertTrue(refused.getMessage().contains(what), refused.getMessage());
  }
}
