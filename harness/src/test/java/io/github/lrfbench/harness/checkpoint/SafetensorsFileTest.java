package io.github.lrfbench.harness.checkpoint;

import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.entry;
import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.floats;
import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.littleEndian;
import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.of;
import static io.github.lrfbench.harness.checkpoint.SafetensorsBytes.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final float[] VALUES = {1, -2, 3.5f, -0f, 1e-40f, Float.MAX_VALUE};
  private static final String ONE = "{" + entry("a", "F32", "[2,3]", 0, 24) + "}";

  @TempDir Path folder;

  @Test
  void readsShapesNamesMetadataAndElements() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + entry("b", "F32", "[]", 24, 28)
            + ","
            + entry("empty", "F32", "[0,5]", 24, 24)
            + ","
            + entry("a", "F32", "[2,3]", 0, 24)
            + "}   ";
    byte[] data = ByteBuffer.allocate(28).put(floats(VALUES)).put(floats(7)).array();
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(header, data)))) {
      assertEquals(List.of("b", "empty", "a"), List.copyOf(file.names()));
      assertEquals(Map.of("format", "pt"), file.metadata());
      assertTrue(file.has("a"));
      assertFalse(file.has("__metadata__"));
      assertEquals(Shape.of(2, 3), file.shape("a"));
      assertEquals(Shape.of(), file.shape("b"));
      assertArrayEquals(VALUES, file.readFloats("a"));
      assertArrayEquals(new float[] {7}, file.readFloats("b"));
      assertArrayEquals(new float[0], file.readFloats("empty"));
    }
  }

  @Test
  void copiesToADeviceInManyPieces() throws IOException {
    int count = 200_001;
    ByteBuffer data = littleEndian(count * Float.BYTES);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    String header = "{" + entry("a", "F32", "[" + count + "]", 0, data.capacity()) + "}";
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(header, data.array())));
        Device device = Devices.open("cpu");
        Scope scope = device.openScope()) {
      Tensor tensor = scope.zeros(DType.F32, count);
      file.read("a", tensor);
      float[] read = tensor.toFloats();
      for (int i = 0; i < count; i++) {
        assertEquals(i, read[i]);
      }
    }
  }

  @Test
  void codesComeBackByteByByte() {
    Path file = folder.resolve("codes.safetensors");
    byte[] codes = new byte[3 * 70001];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i * 31 + i / 256);
    }
    Shape shape = Shape.of(3, 70001);
    new SafetensorsWriter()
        .addCodes("i", DType.I8, shape, () -> codes)
        .add("f", Shape.of(2), () -> new float[] {1, 2})
        .addCodes("u", DType.U8, Shape.of(1), () -> new byte[] {(byte) 0xf1})
        .write(file);
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope();
        SafetensorsFile read = SafetensorsFile.open(file)) {
      Tensor signed = scope.allocate(DType.I8, 3, 70001);
      read.read("i", signed);
      assertArrayEquals(codes, signed.toBytes());
      Tensor unsigned = scope.allocate(DType.U8, 1);
      read.read("u", unsigned);
      assertArrayEquals(new byte[] {(byte) 0xf1}, unsigned.toBytes());
      assertArrayEquals(new int[] {0xf1}, read.readInts("u"));
      assertArrayEquals(new float[] {1, 2}, read.readFloats("f"));
      assertFalse(read.holdsFloats("i"));
      for (String wrong : List.of("u", "f")) {
        Tensor target = scope.allocate(DType.I8, read.shape(wrong).toArray());
        InputException refused = assertThrows(InputException.class, () -> read.read(wrong, target));
        assertTrue(refused.getMessage().contains("expected I8"), refused.getMessage());
      }
      Tensor floats = scope.allocate(DType.F32, 3, 70001);
      assertThrows(InputException.class, () -> read.read("i", floats));
    }
    SafetensorsWriter writer = new SafetensorsWriter();
    assertThrows(
        IllegalArgumentException.class, () -> writer.addCodes("x", DType.F32, shape, () -> codes));
    writer.addCodes("short", DType.I8, Shape.of(4), () -> new byte[3]);
    assertThrows(IllegalStateException.class, () -> writer.write(file));
  }

  @Test
  void aTensorOfAnotherShapeIsRefused() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(ONE, floats(VALUES))));
        Device device = Devices.open("cpu");
        Scope scope = device.openScope()) {
      Tensor tensor = scope.zeros(DType.F32, 3, 2);
      String message =
          assertThrows(InputException.class, () -> file.read("a", tensor)).getMessage();
      assertTrue(message.endsWith("tensor 'a' has shape [2, 3], expected [3, 2]"), message);
      assertThrows(InputException.class, () -> file.read("b", tensor));
    }
  }

  @Test
  void whatTheReferenceReaderTakesIsTaken() throws IOException {
    String header =
        " {\"__metadata__\":null,"
            + entry("a", "F32", "[2]", 0, 8)
            + ","
            + entry("four", "F4", "[4]", 8, 10)
            + ","
            + entry("six", "F6_E2M3", "[4]", 10, 13)
            + ","
            + entry("eight", "F8_E8M0", "[3]", 13, 16)
            + ","
            + entry("complex", "C64", "[1]", 16, 24)
            + "}";
    byte[] data = ByteBuffer.allocate(24).put(floats(1, 2)).array();
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(header, data)))) {
      assertEquals(Map.of(), file.metadata());
      assertArrayEquals(new float[] {1, 2}, file.readFloats("a"));
      for (String name : List.of("four", "six", "eight", "complex")) {
        assertTrue(
            assertThrows(InputException.class, () -> file.readFloats(name))
                .getMessage()
                .contains("expected floating-point numbers"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "Infinity, an infinite value", "-Infinity, an infinite value"})
  void valuesThatAreNotFiniteAreRefused(float value, String kind) throws IOException {
    byte[] data = floats(1, 2, 3, 4, value, 6);
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(ONE, data)))) {
      String message = assertThrows(InputException.class, () -> file.readFloats("a")).getMessage();
      assertTrue(message.endsWith("tensor 'a' holds " + kind + " at element 4"), message);
    }
  }

  @Test
  void doublesAreRoundedAndRefusedBeyondTheRangeOfFloats() throws IOException {
    String header =
        "{" + entry("a", "F64", "[2]", 0, 16) + "," + entry("b", "F64", "[1]", 16, 24) + "}";
    byte[] data = littleEndian(24).putDouble(0.1).putDouble(-1e300 * 0).putDouble(1e39).array();
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(header, data)))) {
      assertArrayEquals(new float[] {0.1f, -0f}, file.readFloats("a"));
      assertThrows(InputException.class, () -> file.readFloats("b"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 1, 1, 255",
    "U8, 1, 200, 255",
    "I8, 1, -128, 127",
    "I16, 2, -32768, 32767",
    "U16, 2, 0, 65535",
    "I32, 4, -2147483648, 2147483647",
    "U32, 4, 0, 2147483647",
    "I64, 8, -2147483648, 2147483647"
  })
  void readsIntegersOfEverySize(String type, int bytes, long first, long second)
      throws IOException {
    ByteBuffer data = littleEndian(Long.BYTES * 2);
    data.putLong(0, first).putLong(bytes, second);
    String header = "{" + entry("a", type, "[2]", 0, 2L * bytes) + "}";
    byte[] file = of(header, java.util.Arrays.copyOf(data.array(), 2 * bytes));
    try (SafetensorsFile integers = SafetensorsFile.open(write(folder, file))) {
      int[] expected =
          type.equals("BOOL") ? new int[] {1, 1} : new int[] {(int) first, (int) second};
      assertArrayEquals(expected, integers.readInts("a"));
      assertThrows(InputException.class, () -> integers.readFloats("a"));
    }
  }

  @ParameterizedTest
  @CsvSource({"I64, 8, 2147483648", "I64, 8, -2147483649", "U32, 4, 4294967295"})
  void integersBeyond32BitsAreRefused(String type, int bytes, long value) throws IOException {
    byte[] data = littleEndian(Long.BYTES).putLong(value).array();
    String header = "{" + entry("a", type, "[1]", 0, bytes) + "}";
    byte[] file = of(header, java.util.Arrays.copyOf(data, bytes));
    try (SafetensorsFile integers = SafetensorsFile.open(write(folder, file))) {
      assertThrows(InputException.class, () -> integers.readInts("a"));
    }
  }

  @Test
  void floatsAreNoIntegers() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(write(folder, of(ONE, floats(VALUES))))) {
      assertThrows(InputException.class, () -> file.readInts("a"));
    }
  }

  @Test
  void readsBeyondTwoGibibytes() throws IOException {
    long size = 3L << 30;
    String header =
        "{"
            + entry("zeros", "U8", "[" + size + "]", 0, size)
            + ","
            + entry("last", "F32", "[6]", size, size + 24)
            + "}";
    Path path = write(folder, of(header, new byte[0]));
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.seek(sparse.length() + size);
      sparse.write(floats(VALUES));
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertArrayEquals(VALUES, file.readFloats("last"));
      assertThrows(InputException.class, () -> file.readInts("zeros"));
    }
  }

  @Test
  void aFileThatShrinksWhileItIsOpenIsRefused() throws IOException {
    Path path = write(folder, of(ONE, floats(VALUES)));
    try (SafetensorsFile file = SafetensorsFile.open(path);
        RandomAccessFile shrinking = new RandomAccessFile(path.toFile(), "rw")) {
      shrinking.setLength(shrinking.length() - 1);
      assertThrows(InputException.class, () -> file.readFloats("a"));
    }
  }

  @Test
  void aClosedFileIsNotRead() throws IOException {
    SafetensorsFile file = SafetensorsFile.open(write(folder, of(ONE, floats(VALUES))));
    file.close();
    file.close();
    assertThrows(IllegalStateException.class, () -> file.readFloats("a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " {}",
        "[]",
        "{",
        "{}}",
        "{} {}",
        "null",
        "{\"a\":1}",
        "{\"a\":{}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6]}}",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,24]}}",
        "{\"a\":{\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":7,\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":6,\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6.0],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"6\"],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[[6]],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387910],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[-24,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[1,25]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"
            + "[9223372036854775803,9223372036854775807]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,20]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[4,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[12,24]}}",
        "{\"__metadata__\":{\"x\":1},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"__metadata__\":[],"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"__metadata__\":{\"x\":\"\",\"x\":\"\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"__metadata__\":{},\"__metadata__\":{},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
        "{\"evil\\nname\":{\"dtype\":\"F\\r32\",\"shape\":[6],\"data_offsets\":[0,24]}}"
      })
  void brokenHeadersAreOneLineThatNamesTheFile(String header) throws IOException {
    assertRefused(of(header, floats(VALUES)));
  }

  @Test
  void headersThatAreNotUtf8AreRefused() throws IOException {
    byte[] header = ONE.replace('a', 'ä').getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(of(header.length, header, floats(VALUES)));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 20, 100, 4, 0})
  void headerLengthsThatLieAreRefused(long length) throws IOException {
    assertRefused(of(length, ONE.getBytes(StandardCharsets.UTF_8), floats(VALUES)));
  }

  @Test
  void headersOverTheFormatsLimitAreRefusedUnread() throws IOException {
    Path path = write(folder, of(100_000_001, new byte[0], new byte[0]));
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(200_000_000);
    }
    String message = assertThrows(InputException.class, () -> open(path)).getMessage();
    assertTrue(message.contains("100 MB"), message);
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = of(ONE, floats(VALUES));
    for (int length = 0; length < whole.length; length++) {
      assertRefused(java.util.Arrays.copyOf(whole, length));
    }
  }

  @Test
  void bytesAfterTheDataAreRefused() throws IOException {
    assertRefused(of(ONE, floats(1, 2, 3, 4, 5, 6, 7)));
  }

  @Test
  void gitLfsPointersAreRecognized() throws IOException {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
            .getBytes(StandardCharsets.UTF_8);
    assertTrue(assertRefused(pointer).contains("Git LFS"));
  }

  @Test
  void missingFilesAndDirectoriesAreRefused() {
    Path missing = folder.resolve("missing.safetensors");
    String message = assertThrows(InputException.class, () -> open(missing)).getMessage();
    assertEquals(missing + ": does not exist", message);
    assertThrows(InputException.class, () -> open(folder));
  }

  private String assertRefused(byte[] bytes) throws IOException {
    Path path = write(folder, bytes);
    String message = assertThrows(InputException.class, () -> open(path)).getMessage();
    assertTrue(message.startsWith(path + ": "), message);
    assertEquals(1, message.lines().count(), message);
    Files.delete(path);
    return message;
  }

  private static void open(Path path) {
    SafetensorsFile.open(path).close();
  }
}
