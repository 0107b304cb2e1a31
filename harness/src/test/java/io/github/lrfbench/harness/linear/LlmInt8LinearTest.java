package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlmInt8LinearTest extends DeviceCase {
  private static final int ROWS = 5;

  private final SplittableRandom random = new SplittableRandom(4);

  private LlmInt8Linear codes(int outputs, int inputs, float threshold) {
    byte[] codes = new byte[outputs * inputs];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(255) - 127);
    }
    float[] scales = new float[outputs];
    for (int i = 0; i < outputs; i++) {
      scales[i] = (float) (0.01 * random.nextGaussian());
    }
    return new LlmInt8Linear(
        Matrix.of(scope.codes(DType.I8, codes, outputs, inputs)),
        scope.floats(scales, outputs, 1),
        threshold,
        null,
        DType.F32);
  }

  private double[] matrix(Linear linear) {
    Tensor whole = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(whole));
    return whole.toDoubles();
  }

  private float[] forward(Linear linear, Matrix x, Activation activation) {
    Tensor y = scope.allocate(DType.F32, x.rows(), linear.outputs());
    try (Ops ops = new EagerOps(device)) {
      linear.forward(ops, x, activation, Matrix.of(y));
    }
    return y.toFloats();
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1.5f, 1e-6f, 6})
  void inputsAreRoundedButForOutliers(float threshold) {
    int inputs = 33;
    int outputs = 7;
    Tensor bias = normal(random, outputs);
    LlmInt8Linear linear = codes(outputs, inputs, threshold).withBias(bias);
    byte[] codes = linear.codes().data().toBytes();
    double[] w = matrix(linear);
    for (int i = 0; i < w.length; i++) {
      double scale = linear.scales().toDoubles()[i / inputs];
      assertEquals(scale * codes[i], w[i], 1e-6 * Math.abs(w[i]));
    }
    Matrix x = Matrix.of(normal(random, ROWS, inputs));
    double[] given = x.data().toDoubles();
    double[] rounded = given.clone();
    for (int t = 0; t < ROWS; t++) {
      double largest = 0;
      for (int k = 0; k < inputs; k++) {
        largest = isOutlier(given, k, inputs, threshold) ? largest : max(largest, given, t, k);
      }
      for (int k = 0; k < inputs && largest > 0; k++) {
        if (!isOutlier(given, k, inputs, threshold)) {
          int at = t * inputs + k;
          rounded[at] = Math.rint(given[at] * (127 / (float) largest)) * largest / 127;
        }
      }
    }
    float[] y = forward(linear, x, Activation.RELU);
    for (int t = 0; t < ROWS; t++) {
      for (int j = 0; j < outputs; j++) {
        double sum = bias.toDoubles()[j];
        for (int k = 0; k < inputs; k++) {
          sum += rounded[t * inputs + k] * w[j * inputs + k];
        }
        assertEquals(Math.max(0, sum), y[t * outputs + j], 1e-5);
      }
    }
    LlmInt8Linear copy = linear.copyTo(scope);
    assertArrayEquals(y, forward(copy, x, Activation.RELU));
    assertEquals(threshold, copy.threshold());
  }

  private static double max(double largest, double[] x, int row, int col) {
    return Math.max(largest, Math.abs(x[row * (x.length / ROWS) + col]));
  }

  private static boolean isOutlier(double[] x, int col, int inputs, float threshold) {
    boolean found = false;
    for (int t = 0; t < ROWS; t++) {
      found |= threshold > 0 && Math.abs(x[t * inputs + col]) >= threshold;
    }
    return found;
  }

  /** As if nothing had been rounded: dX = dY W, and what is stored has no gradient. */
  @ParameterizedTest
  @EnumSource(names = {"NONE", "RELU"})
  void gradientsGoStraightThrough(Activation activation) {
    Tensor bias = normal(random, 4);
    LlmInt8Linear linear = codes(4, 6, 1).withBias(bias);
    double[] w = matrix(linear);
    Tensor x = normal(random, ROWS, 6);
    Matrix dy = Matrix.of(normal(random, ROWS, 4));
    Parameter input = new Parameter("x", Matrix.of(x), Parameter.Storage.MATRIX);
    float[] dx;
    float[] db;
    float[] y;
    List<Parameter> weights = new ArrayList<>(linear.weights("m"));
    weights.add(input);
    try (GradientBuffers gradients = new GradientBuffers(device, weights);
        Tape tape = new Tape(device, gradients, null)) {
      assertEquals(2, gradients.tensors().size());
      Matrix out = Matrix.of(tape.ops().allocate(DType.F32, ROWS, 4));
      linear.forward(tape.ops(), Matrix.of(x), activation, out);
      y = out.data().toFloats();
      tape.backward(out.data(), dy);
      dx = gradients.of(x).toFloats();
      db = gradients.of(bias).toFloats();
    }
    assertArrayEquals(forward(linear, Matrix.of(x), activation), y, 1e-6f);
    double[] slope = dy.data().toDoubles();
    for (int i = 0; i < slope.length; i++) {
      slope[i] = activation == Activation.RELU && y[i] == 0 ? 0 : slope[i];
    }
    for (int j = 0; j < 4; j++) {
      double sum = 0;
      for (int t = 0; t < ROWS; t++) {
        sum += slope[t * 4 + j];
      }
      assertEquals(sum, db[j], 1e-5);
    }
    for (int t = 0; t < ROWS; t++) {
      for (int k = 0; k < 6; k++) {
        double sum = 0;
        for (int j = 0; j < 4; j++) {
          sum += slope[t * 4 + j] * w[j * 6 + k];
        }
        assertEquals(sum, dx[t * 6 + k], 1e-5);
      }
    }
  }

  @Test
  void itCountsWhatIsStored() {
    LlmInt8Linear linear = codes(6, 5, 6);
    assertEquals(30, linear.parameters());
    assertEquals(30 * 8 + 6 * 32, linear.bits());
    assertEquals(60, linear.flopsPerRow());
    assertEquals("llm-int8", linear.form());
    assertEquals("8 bit inputs, outliers from 6", linear.label());
    assertEquals("8 bit inputs, outliers from 2.5", codes(6, 5, 2.5f).label());
    assertEquals("8 bit inputs, no outliers", codes(6, 5, 0).label());
    assertTrue(linear.weights("m").stream().noneMatch(Parameter::trainable));
    ObjectNode constants = JsonNodeFactory.instance.objectNode();
    codes(6, 5, 0.1f).describe("m", constants);
    assertEquals("{\"m\":{\"threshold\":0.1}}", constants.toString());
    assertEquals(0.1f, read(constants.toString()).threshold());
  }

  private LlmInt8Linear read(String constants) {
    LlmInt8Linear stored = codes(6, 5, 1);
    CodeTensors tensors = new CodeTensors(stored.codes().data(), stored.scales(), constants);
    return (LlmInt8Linear) new LlmInt8Format().read(tensors, new Place("m", 6, 5, 1));
  }

  @Test
  void constantsAreRead() {
    assertEquals(6, read("{}").threshold());
    assertEquals(0, read("{\"m\": {\"threshold\": 0}}").threshold());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"m\": {\"threshold\": -1}}; threshold of -1",
        "{\"m\": {\"threshold\": \"6\"}}; threshold of \"6\"",
        "{\"m\": {\"threshold\": 1e39}}; threshold of 1.0E39",
        "{\"m\": {\"bits\": 4}}; which this version does not know",
      })
  void constantsThatSayAnotherThingAreRefused(String constants, String what) {
    InputException refused = assertThrows(InputException.class, () -> read(constants));
    assertTrue(refused.getMessage().contains(what), refused.getMessage());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    LlmInt8Linear fits = codes(6, 5, 6);
    assertThrows(
        IllegalArgumentException.class,
        () -> new LlmInt8Linear(fits.codes(), fits.scales(), -1, null, DType.F32));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LlmInt8Linear(fits.codes().rows(0, 5), fits.scales(), 6, null, DType.F32));
  }
}
