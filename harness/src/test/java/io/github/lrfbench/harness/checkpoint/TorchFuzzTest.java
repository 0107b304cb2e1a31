package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutated files are read or refused in one line; nothing else happens, and memory stays small. */
class TorchFuzzTest {
  private static final int MUTANTS = 1000;
  private static final long LARGEST_ALLOCATION = 8L << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyClearErrors(boolean old) throws IOException {
    byte[] pickle = pickle(old);
    byte[] data = new byte[24];
    byte[] valid =
        old
            ? TorchBytes.legacy(pickle, List.of("0"), List.of(6L), List.of(data))
            : TorchBytes.zip(pickle, Map.of("0", data));
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Path path = folder.resolve("pytorch_model.bin");
    int read = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Files.write(path, mutate(valid, new Random(seed)));
      long before = memory.getCurrentThreadAllocatedBytes();
      try (TensorFile file = TensorFile.open(path)) {
        file.names().forEach(file::readFloats);
        read++;
      } catch (InputException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().contains("pytorch_model.bin"), e.getMessage());
      }
      long allocated = memory.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < LARGEST_ALLOCATION, "seed " + seed + " allocated " + allocated);
    }
    assertTrue(read > MUTANTS / 100 && read < MUTANTS, read + " of " + MUTANTS + " were read");
  }

  private static byte[] pickle(boolean old) {
    return new TorchBytes()
        .raw(0x80, 2, '}', 'q', 0, '(')
        .string("a")
        .tensor("FloatStorage", "0", 6, old, 0, new long[] {2, 3}, new long[] {3, 1})
        .string("b")
        .tensor("FloatStorage", "0", 6, old, 0, new long[] {3, 2}, new long[] {1, 3})
        .string("c")
        .raw(']', '(', 'K', 1, 'N', 0x88, 0x85, 'e')
        .raw('u', '.')
        .bytes();
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 40));
        case 1, 2 -> bytes[at] = (byte) random.nextInt(256);
        case 3 -> bytes[at] = valid[random.nextInt(valid.length)];
        default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return bytes;
  }
}
