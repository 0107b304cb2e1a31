package io.github.lrfbench.harness.compress.lowrank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A decomposition is that of the matrix and its rank, whatever was asked for before. */
class PlainSvdTest {
  private static final int SIZE = 96;

  private Device device;
  private Scope scope;
  private LinearSlot slot;

  /** Columns that fall by a factor each: how well single precision does depends on the rank. */
  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
    SplittableRandom random = new SplittableRandom(1);
    double[] values = random.doubles((long) SIZE * SIZE, -1, 1).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= Math.pow(0.8, i % SIZE);
    }
    Matrix weight = Matrix.of(scope.allocate(DType.F32, SIZE, SIZE));
    weight.data().write(0, values, 0, values.length);
    slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private WeightedSvd get(FactorizationCache cache, int rank, boolean whole) {
    return (WeightedSvd) PlainSvd.of(cache, slot, rank, whole);
  }

  private static float[] left(WeightedSvd decomposition, int rank) {
    Matrix u = decomposition.factors().truncate(rank).u();
    float[] values = new float[u.rows() * rank];
    for (int i = 0; i < u.rows(); i++) {
      u.data().read(u.offset() + (long) i * u.stride(), values, i * rank, rank);
    }
    return values;
  }

  @Test
  void anotherRankOrTheWholeSpectrumIsNeverCutInstead() {
    try (FactorizationCache alone = new FactorizationCache(device);
        FactorizationCache shared = new FactorizationCache(device)) {
      WeightedSvd expected = get(alone, 4, false);
      WeightedSvd large = get(shared, 47, false);
      WeightedSvd whole = get(shared, 4, true);
      WeightedSvd actual = get(shared, 4, false);
      assertNotEquals(expected.factors().precision(), large.factors().precision());
      assertEquals(expected.factors().precision(), actual.factors().precision());
      assertArrayEquals(left(expected, 4), left(actual, 4));
      assertArrayEquals(expected.spectrum().values(), actual.spectrum().values());
      assertSame(actual, get(shared, 4, false));
      assertSame(whole, get(shared, 4, true));
      assertEquals(SIZE, whole.spectrum().known());
    }
  }
}
