package io.github.lrfbench.harness.checkpoint;

import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutated files are read or refused in one line; nothing else happens, and memory stays small. */
class SafetensorsFuzzTest {
  private static final int MUTANTS = 6000;
  private static final long LARGEST_ALLOCATION = 8L << 20;
  private static final String[] FRAGMENTS = {
    "0",
    "-1",
    "1e9",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "null",
    "true",
    "\"\"",
    "\"F64\"",
    "\"BF16\"",
    "\"I64\"",
    "[]",
    "{}",
    "[0,0]",
    "[[",
    "}}",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\n",
    "{\"a\":",
    "\"__metadata__\":{\"a\":\"b\"},"
  };

  @TempDir Path folder;

  @Test
  void onlyClearErrors() throws IOException {
    byte[] valid = valid();
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int read = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Path path = SafetensorsBytes.write(folder, mutate(valid, new Random(seed)));
      long before = memory.getCurrentThreadAllocatedBytes();
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        file.names().forEach(name -> readAny(file, name));
        read++;
      } catch (InputException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
      }
      long allocated = memory.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < LARGEST_ALLOCATION, "seed " + seed + " allocated " + allocated);
    }
    assertTrue(read > MUTANTS / 100 && read < MUTANTS / 2, read + " of " + MUTANTS + " were read");
  }

  private static void readAny(SafetensorsFile file, String name) {
    try {
      file.readInts(name);
    } catch (InputException e) {
      file.readFloats(name);
    }
  }

  private static byte[] valid() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + entry("layer.0.weight", "F32", "[3,4]", 0, 48)
            + ","
            + entry("layer.0.bias", "F16", "[4]", 48, 56)
            + ","
            + entry("ids", "I64", "[2]", 56, 72)
            + ","
            + entry("empty", "BF16", "[0,7]", 72, 72)
            + "}";
    return SafetensorsBytes.of(header, new byte[72]);
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes =
          switch (random.nextInt(6)) {
            case 0 -> flipBit(bytes, random);
            case 1 -> otherLength(bytes, random);
            case 2 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 40));
            case 3 -> replaceByte(bytes, random);
            default -> insertFragment(bytes, random);
          };
    }
    return bytes;
  }

  private static byte[] flipBit(byte[] bytes, Random random) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static byte[] replaceByte(byte[] bytes, Random random) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static byte[] otherLength(byte[] bytes, Random random) {
    if (bytes.length >= Long.BYTES) {
      ByteBuffer start = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      start.putLong(
          0, random.nextBoolean() ? start.getLong(0) + random.nextInt(9) - 4 : random.nextLong());
    }
    return bytes;
  }

  /** Replaces a value of the header by another and mends the header's length. */
  private static byte[] insertFragment(byte[] bytes, Random random) {
    if (bytes.length <= Long.BYTES) {
      return bytes;
    }
    long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    int headerLength = (int) Math.max(0, Math.min(length, bytes.length - Long.BYTES));
    String header = new String(bytes, Long.BYTES, headerLength, StandardCharsets.ISO_8859_1);
    int from = random.nextInt(header.length() + 1);
    int to = Math.min(header.length(), from + random.nextInt(6));
    String fragment = FRAGMENTS[random.nextInt(FRAGMENTS.length)];
    byte[] mutated =
        (header.substring(0, from) + fragment + header.substring(to))
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] data = Arrays.copyOfRange(bytes, Long.BYTES + headerLength, bytes.length);
    return SafetensorsBytes.of(mutated.length, mutated, data);
  }
}
