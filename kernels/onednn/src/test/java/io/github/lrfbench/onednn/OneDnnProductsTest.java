package io.github.lrfbench.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.rounded.ExpandedProducts;
import io.github.lrfbench.kernels.cpu.rounded.FloatCodes;
import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The library beside the same products of expanded codes. */
class OneDnnProductsTest {
  /** Rows, terms, outputs, strips. */
  private static final int[][] SIZES = {
    {1, 1, 1, 1},
    {3, 5, 7, 2},
    {64, 96, 130, 2},
    {33, 200, 257, 3},
    {1, 768, 384, 1},
    {5, 3, 640, 5}
  };

  private final List<Block> blocks = new ArrayList<>();

  /** The device loads OpenBLAS, which the expanded products need. */
  @BeforeAll
  static void load() {
    Devices.open("cpu").close();
  }

  @BeforeEach
  void begin() {
    blocks.clear();
  }

  @AfterEach
  void free() {
    blocks.forEach(Block::free);
  }

  private long take(long bytes) {
    Block block = Block.allocate(Math.max(64, bytes));
    blocks.add(block);
    return block.address();
  }

  private static void assumeItComputes(ProductRounding rounding) {
    assumeTrue(
        new OneDnnProducts().computes(rounding),
        "this processor has no instructions for " + rounding);
  }

  private long codes(ProductRounding rounding, int rows, int cols, int stride, int seed) {
    int bytes = FloatCodes.bytes(rounding);
    Block block = Block.allocate((long) bytes * rows * stride + 64);
    blocks.add(block);
    Random random = new Random(seed);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        int at = i * stride + j;
        if (bytes == 1) {
          block.buffer().put(at, (byte) (random.nextInt(255) - 127));
        } else {
          int bits = Float.floatToRawIntBits((float) random.nextGaussian());
          block.buffer().putShort(2 * at, (short) (bits >>> 16));
        }
      }
    }
    return block.address();
  }

  private float[] product(RoundedProducts products, ProductRounding rounding, int[] size) {
    int rows = size[0];
    int inner = size[1];
    int cols = size[2];
    int strips = size[3];
    int strideX = inner + 11;
    int strideY = cols + 3;
    long x = codes(rounding, rows, inner, strideX, 1);
    long w = codes(rounding, inner, cols, cols + 5, 2);
    Block y = Block.allocate((long) Float.BYTES * rows * strideY + 64);
    blocks.add(y);
    try (RoundedProducts.Weights weights =
        products.weights(rounding, w, cols + 5, inner, cols, strips, this::take)) {
      for (int strip = 0; strip < strips; strip++) {
        long target = y.address() + (long) Float.BYTES * RowPartition.cut(cols, strip, strips);
        weights.multiply(x, strideX, rows, strip, target, strideY);
      }
    }
    float[] result = new float[rows * cols];
    for (int i = 0; i < result.length; i++) {
      result[i] = y.buffer().getFloat(Float.BYTES * (i / cols * strideY + i % cols));
    }
    return result;
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void itComputesWhatExpandedCodesDo(ProductRounding rounding) {
    assumeItComputes(rounding);
    for (int[] size : SIZES) {
      float[] wanted = product(new ExpandedProducts(), rounding, size);
      float[] got = product(new OneDnnProducts(), rounding, size);
      float tolerance = rounding == ProductRounding.INT8 ? 0 : 1e-4f;
      if (tolerance == 0) {
        assertArrayEquals(wanted, got, List.of(size[0], size[1], size[2]).toString());
      } else {
        assertArrayEquals(wanted, got, tolerance, List.of(size[0], size[1], size[2]).toString());
      }
    }
  }

  /** Weights are shared by all threads of a device; oneDNN starts none of its own. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void severalThreadsShareWeights(ProductRounding rounding) throws IOException {
    assumeItComputes(rounding);
    int[] size = {32, 300, 256, 1};
    float[] wanted = product(new OneDnnProducts(), rounding, size);
    long x = codes(rounding, 32, 300, 311, 1);
    long w = codes(rounding, 300, 256, 261, 2);
    List<Block> outputs = new ArrayList<>();
    IntStream.range(0, 8)
        .forEach(i -> outputs.add(Block.allocate((long) Float.BYTES * 32 * 256 + 64)));
    blocks.addAll(outputs);
    try (RoundedProducts.Weights weights =
            new OneDnnProducts().weights(rounding, w, 261, 300, 256, 1, this::take);
        Device device = Devices.open("cpu", new DeviceOptions(3), line -> {})) {
      long before = threads();
      device.forEach(8, i -> weights.multiply(x, 311, 32, 0, outputs.get(i).address(), 256));
      assertEquals(before, threads());
    }
    for (Block output : outputs) {
      for (int i = 0; i < wanted.length; i++) {
        assertEquals(wanted[i], output.buffer().getFloat(Float.BYTES * i));
      }
    }
  }

  private static long threads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(OneDnnProductsTest::isNative).count();
    }
  }

  /** Threads of the JVM have names of their own; those of OpenMP have the program's. */
  private static boolean isNative(Path task) {
    try {
      return Files.readString(task.resolve("comm")).trim().equals("java");
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void devicesFindIt(ProductRounding rounding) {
    assumeItComputes(rounding);
    assertInstanceOf(OneDnnProducts.class, RoundedProducts.of(rounding));
    try (Device device = Devices.open("cpu", new DeviceOptions(1, rounding), line -> {})) {
      assertEquals(new OneDnnProducts().name(), device.software().get("rounded_products"));
    }
  }
}
