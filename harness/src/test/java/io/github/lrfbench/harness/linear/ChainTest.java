package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainTest {
  private static final int ROWS = 3;

  private final SplittableRandom random = new SplittableRandom(2);
  private final Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  private final Scope scope = device.openScope();

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Tensor random(long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    float[] array = new float[(int) tensor.shape().size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = (float) random.nextGaussian();
    }
    tensor.write(0, array, 0, array.length);
    return tensor;
  }

  private LowRankLinear lowRank(int inputs, int rank, int outputs) {
    return new LowRankLinear(
        new LowRankFactors(Matrix.of(random(inputs, rank)), Matrix.of(random(rank, outputs))),
        random(outputs));
  }

  private LoraLinear adapted(Linear base) {
    Matrix down = Matrix.of(random(base.inputs(), 2));
    return new LoraLinear(base, down, Matrix.of(random(2, base.outputs())), 0.5, 0);
  }

  private float[] forward(Linear linear, Matrix x, Activation activation) {
    try (Ops ops = new EagerOps(device)) {
      Tensor y = scope.allocate(DType.F32, x.rows(), linear.outputs());
      linear.forward(ops, x, activation, Matrix.of(y));
      return y.toFloats();
    }
  }

  private float[] matrix(Linear linear) {
    Tensor w = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(w));
    return w.toFloats();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 2, 4", "3, 7, 2", "17, 3, 9"})
  void itIsTheProductOfItsFactorsWithAndWithoutAdapters(int inputs, int rank, int outputs) {
    LowRankLinear factors = lowRank(inputs, rank, outputs);
    Chain chain = Chain.of(factors);
    Matrix x = Matrix.of(random(ROWS, inputs));
    assertArrayEquals(
        forward(factors, x, Activation.TANH), forward(chain, x, Activation.TANH), 1e-6f);
    assertArrayEquals(matrix(factors), matrix(chain), 1e-5f);
    assertEquals(factors.parameters(), chain.parameters());
    assertEquals(factors.flopsPerRow(), chain.flopsPerRow());
    assertEquals(factors.bytes(), chain.bytes());
    for (Chain adapted :
        List.of(
            new Chain(adapted(chain.first()), chain.second()),
            new Chain(chain.first(), adapted(chain.second())))) {
      LowRankLinear merged = adapted.merge(scope);
      assertEquals(rank, merged.rank());
      float[] expected = forward(adapted, x, Activation.NONE);
      assertArrayEquals(expected, forward(merged, x, Activation.NONE), 1e-4f);
      assertArrayEquals(expected, forward(adapted.copyTo(scope), x, Activation.NONE));
      assertArrayEquals(matrix(adapted), matrix(merged), 1e-4f);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 2, 4", "3, 7, 2", "17, 3, 9"})
  void aSumIsTheSumOfItsMatrices(int inputs, int rank, int outputs) {
    LowRankLinear factors = lowRank(inputs, rank, outputs);
    DenseLinear dense = new DenseLinear(Matrix.of(random(inputs, outputs)), null);
    Sum sum = new Sum(factors, dense);
    Matrix x = Matrix.of(random(ROWS, inputs));
    float[] expected = matrix(factors);
    float[] added = matrix(dense);
    for (int i = 0; i < expected.length; i++) {
      expected[i] += added[i];
    }
    assertArrayEquals(expected, matrix(sum), 1e-5f);
    DenseLinear product = DenseLinear.of(sum, scope);
    for (Activation activation : Activation.values()) {
      float[] y = forward(product, x, activation);
      assertArrayEquals(y, forward(sum, x, activation), 1e-4f);
      assertArrayEquals(y, forward(sum.copyTo(scope), x, activation), 1e-4f);
      Sum turned = new Sum(dense.withBias(sum.bias()), factors.withBias(null));
      assertArrayEquals(y, forward(turned, x, activation), 1e-4f);
    }
    assertEquals((long) rank * (inputs + outputs) + (long) inputs * outputs, sum.parameters());
    assertEquals(32 * sum.parameters(), sum.bits());
    assertEquals(4 * sum.parameters(), sum.bytes());
    assertEquals(2 * sum.parameters(), sum.flopsPerRow());
  }

  @Test
  void anotherBiasLeavesTheMatrixWhereItIs() {
    Tensor other = random(4);
    LowRankLinear factors = lowRank(3, 2, 4);
    Chain chain = Chain.of(factors);
    for (Linear linear :
        List.of(
            factors,
            DenseLinear.of(factors, scope),
            chain,
            adapted(factors),
            new Sum(factors, chain.withBias(null)),
            new NarrowHeads(Matrix.of(random(3, 2)), random(4), 2, 4))) {
      Linear changed = linear.withBias(other);
      assertSame(other, changed.bias());
      assertNull(linear.withBias(null).bias());
      assertEquals(linear.form(), changed.form());
      assertArrayEquals(matrix(linear), matrix(changed));
      assertSame(
          linear.weights("m").get(0).value().data(), changed.weights("m").get(0).value().data());
    }
  }

  @Test
  void everyWeightHasANameOfItsOwn() {
    Chain chain = Chain.of(lowRank(3, 2, 4));
    Chain adapted = new Chain(adapted(chain.first()), adapted(chain.second()));
    List<String> names = adapted.weights("m").stream().map(Parameter::name).toList();
    assertEquals(7, names.size());
    assertEquals(7, names.stream().distinct().count());
    assertEquals(2, names.stream().filter(name -> name.endsWith(LoraLinear.A)).count());
    assertTrue(names.contains("m.bias"));
    assertEquals(
        List.of("m.sum.0.lowrank.u", "m.sum.0.lowrank.v", "m.sum.1.weight", "m.bias"),
        new Sum(lowRank(3, 2, 4), new DenseLinear(Matrix.of(random(3, 4)), null))
            .weights("m").stream().map(Parameter::name).toList());
  }

  @Test
  void mapsThatDoNotFitAreRefused() {
    Chain chain = Chain.of(lowRank(3, 2, 4));
    assertThrows(IllegalArgumentException.class, () -> new Chain(chain.second(), chain.first()));
    assertThrows(IllegalArgumentException.class, () -> new Chain(chain.first(), chain.first()));
    assertThrows(IllegalArgumentException.class, () -> new Sum(chain, chain));
    assertThrows(IllegalArgumentException.class, () -> new Sum(chain, chain.first()));
  }
}
