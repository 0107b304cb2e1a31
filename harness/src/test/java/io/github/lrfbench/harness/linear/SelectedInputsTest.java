package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Inputs that are taken as they are, and what a checkpoint has of them. */
class SelectedInputsTest extends DeviceCase {
  @Test
  void theyAreTaken() {
    SelectedInputs linear = SelectedInputs.of(new int[] {3, 0}, 4, scope);
    Matrix x = Matrix.of(scope.floats(new float[] {1, 2, 3, 4, -5, 6, 7, -8}, 2, 4));
    for (Activation activation : new Activation[] {Activation.NONE, Activation.RELU}) {
      Matrix y = Matrix.of(scope.zeros(DType.F32, 2, 3));
      try (Ops ops = new EagerOps(device)) {
        linear.forward(ops, x, activation, y.columns(1, 3));
      }
      boolean relu = activation == Activation.RELU;
      float[] expected = {0, 4, 1, 0, relu ? 0 : -8, relu ? 0 : -5};
      assertArrayEquals(expected, y.data().toFloats());
    }
    Tensor w = scope.allocate(DType.F32, 2, 4);
    linear.materialize(device, Matrix.of(w));
    assertArrayEquals(new float[] {0, 0, 0, 1, 1, 0, 0, 0}, w.toFloats());
    assertEquals(2, linear.parameters());
    assertEquals(64, linear.bits());
    assertEquals(8, linear.bytes());
    assertEquals(0, linear.flopsPerRow());
    assertEquals("2 of 4 inputs", linear.label());
    assertThrows(IllegalArgumentException.class, () -> linear.withBias(scope.zeros(DType.F32, 2)));
    assertTrue(linear.weights("m").stream().noneMatch(Parameter::trainable));
  }

  @Test
  void aCheckpointHasTheirNumbers() {
    int[] columns = {70_000, 3, 256, 0};
    SelectedInputs linear = SelectedInputs.of(columns, 70_001, scope);
    Parameter stored = linear.weights("m").get(0);
    assertEquals("m.selected.inputs", stored.name());
    byte[] bytes = stored.readCodes();
    assertEquals(16, bytes.length);
    assertEquals(70_000, (bytes[0] & 255) + 256 * (bytes[1] & 255) + 65536 * bytes[2]);
    SelectedInputs read = (SelectedInputs) read(bytes, 4, 70_001);
    assertArrayEquals(columns, read.columns().toInts());
    assertArrayEquals(columns, read.copyTo(scope).columns().toInts());
  }

  @Test
  void wrongNumbersAreRefusedInALine() {
    byte[] bytes = {1, 0, 0, 0, 1, 0, 0, 0};
    assertMessage("names input 1 twice", () -> read(bytes, 2, 4));
    assertMessage("input 1 of 1", () -> read(bytes, 2, 1));
    byte[] negative = {0, 0, 0, -1};
    assertMessage("input -16777216 of 4", () -> read(negative, 1, 4));
    assertMessage("not [3, 4]", () -> read(bytes, 3, 4));
  }

  private static void assertMessage(String part, Supplier<Linear> action) {
    String message = assertThrows(InputException.class, action::get).getMessage();
    assertTrue(message.contains(part), message);
  }

  private Linear read(byte[] bytes, int outputs, int inputs) {
    Tensor tensor = scope.codes(DType.U8, bytes, bytes.length / 4, 4);
    return new SelectedInputsFormat()
        .read(
            new ModuleTensors() {
              @Override
              public boolean has(String name) {
                return name.equals("m.selected.inputs");
              }

              @Override
              public boolean hasBelow(String path) {
                return false;
              }

              @Override
              public Shape shape(String name) {
                return tensor.shape();
              }

              @Override
              public Tensor tensor(String name, DType dtype, long... dims) {
                return tensor;
              }

              @Override
              public Matrix transposed(String name, int rows, int cols) {
                throw new AssertionError();
              }

              @Override
              public <T> T once(String name, Supplier<T> maker) {
                return maker.get();
              }

              @Override
              public Scope scope() {
                return scope;
              }

              @Override
              public JsonNode constants(String module) {
                return MissingNode.getInstance();
              }
            },
            new Place("m", outputs, inputs, 1));
  }
}
