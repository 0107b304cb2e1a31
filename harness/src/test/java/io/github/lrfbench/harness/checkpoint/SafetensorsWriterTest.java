package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  private static final int MANY = 150_001;

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path path = folder.resolve("model.safetensors");
    float[] many = random(MANY);
    float[] few = random(6);
    try (Device device = Devices.open("cpu");
        Scope scope = device.openScope()) {
      new SafetensorsWriter()
          .add("z.tensor", scope.floats(many, MANY))
          .add("a.supplied", Shape.of(MANY, 1), () -> many)
          .add("empty", Shape.of(3, 0), () -> new float[0])
          .add("ü \"quoted\"\n", Shape.of(2, 3), () -> few)
          .add("scalar", Shape.of(), () -> new float[] {-0f})
          .write(path);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals(
          List.of("z.tensor", "a.supplied", "empty", "ü \"quoted\"\n", "scalar"),
          List.copyOf(file.names()));
      assertEquals(Map.of("format", "pt"), file.metadata());
      assertArrayEquals(many, file.readFloats("z.tensor"));
      assertEquals(Shape.of(MANY, 1), file.shape("a.supplied"));
      assertArrayEquals(many, file.readFloats("a.supplied"));
      assertEquals(Shape.of(3, 0), file.shape("empty"));
      assertArrayEquals(few, file.readFloats("ü \"quoted\"\n"));
      assertArrayEquals(new float[] {-0f}, file.readFloats("scalar"));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(0, bytes.getLong(0) % 8, "the data is aligned");
    assertOnlyFile(path);
  }

  /** In pieces, whatever they are stored as; several, none and a part of one. */
  @Test
  void tensorsOfACheckpointAreCopied() throws IOException {
    Path source = folder.resolve("source");
    Files.createDirectory(source);
    Files.writeString(source.resolve("config.json"), "{}");
    float[] many = random(MANY);
    float[] halves = {1, -2.5f, 0.33325195f};
    new SafetensorsWriter()
        .add("many", Shape.of(1, MANY), () -> many)
        .addHalves("halves", Shape.of(3), () -> halves)
        .add("empty", Shape.of(0, 2), () -> new float[0])
        .write(source.resolve("model.safetensors"));
    Path copy = folder.resolve("copy.safetensors");
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      new SafetensorsWriter()
          .add("halves", checkpoint)
          .add("many", checkpoint)
          .add("empty", checkpoint)
          .write(copy);
    }
    try (SafetensorsFile file = SafetensorsFile.open(copy)) {
      assertEquals(List.of("halves", "many", "empty"), List.copyOf(file.names()));
      assertEquals(Shape.of(1, MANY), file.shape("many"));
      assertArrayEquals(many, file.readFloats("many"));
      assertArrayEquals(halves, file.readFloats("halves"));
      assertArrayEquals(new float[0], file.readFloats("empty"));
    }
  }

  @Test
  void halvesAreRoundedAndReadBack() throws IOException {
    Path file = folder.resolve("halves.safetensors");
    float[] values = {1, -2.5f, 1f / 3, 60_000, 1e-9f};
    new SafetensorsWriter()
        .add("first", Shape.of(1), () -> new float[] {1f / 3})
        .addHalves("h", Shape.of(5), () -> values)
        .write(file);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      float[] expected = {1, -2.5f, 0.33325195f, 60_000, 0};
      assertArrayEquals(new float[] {1f / 3}, read.readFloats("first"));
      assertArrayEquals(expected, read.readFloats("h"));
    }
  }

  @Test
  void doublesKeepTheirBits() {
    Path path = folder.resolve("doubles.safetensors");
    double[] many = new Random(7).doubles(MANY, -1e300, 1e300).toArray();
    many[3] = Double.MIN_VALUE;
    new SafetensorsWriter()
        .add("odd", Shape.of(1), () -> new float[] {2})
        .addDoubles("d", Shape.of(MANY), () -> many)
        .addDoubles("empty", Shape.of(0), () -> new double[0])
        .addDoubles("nan", Shape.of(2), () -> new double[] {1, Double.NaN})
        .addDoubles("large", Shape.of(1), () -> new double[] {1e39})
        .write(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertArrayEquals(many, file.readDoubles("d"));
      assertEquals(0, file.readDoubles("empty").length);
      assertArrayEquals(new double[] {1e39}, file.readDoubles("large"));
      InputException nan = assertThrows(InputException.class, () -> file.readDoubles("nan"));
      assertTrue(nan.getMessage().contains("'nan' holds NaN at element 1"), nan.getMessage());
      InputException single = assertThrows(InputException.class, () -> file.readDoubles("odd"));
      assertTrue(single.getMessage().contains("holds F32, expected F64"), single.getMessage());
    }
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path path = Files.writeString(folder.resolve("model.safetensors"), "old");
    SafetensorsWriter failing =
        new SafetensorsWriter()
            .add("good", Shape.of(1), () -> new float[1])
            .add("short", Shape.of(2), () -> new float[1]);
    assertThrows(IllegalStateException.class, () -> failing.write(path));
    assertEquals("old", Files.readString(path));
    assertOnlyFile(path);
    new SafetensorsWriter().write(path);
    SafetensorsFile.open(path).close();
  }

  @Test
  void aFileThatCannotBeWrittenIsAnInputError() {
    Path path = folder.resolve("absent").resolve("model.safetensors");
    assertThrows(InputException.class, () -> new SafetensorsWriter().write(path));
  }

  @Test
  void namesAreAddedOnce() {
    SafetensorsWriter writer = new SafetensorsWriter().add("a", Shape.of(0), () -> new float[0]);
    assertThrows(
        IllegalArgumentException.class, () -> writer.add("a", Shape.of(0), () -> new float[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> writer.add("__metadata__", Shape.of(0), () -> new float[0]));
  }

  @Test
  void pythonReadsIt() throws IOException, InterruptedException {
    assumeTrue(
        python("import safetensors.numpy").startsWith("ok"),
        "needs a Python with safetensors and numpy; name it in LRFBENCH_PYTHON");
    Path path = folder.resolve("model.safetensors");
    float[] values = {1, 2.5f, -3, 0.5f, 5, 6};
    new SafetensorsWriter()
        .add("b", Shape.of(2, 3), () -> values)
        .add("a", Shape.of(1), () -> new float[] {7})
        .write(path);
    String printed =
        python(
            "from safetensors import safe_open",
            "f = safe_open('model.safetensors', 'np')",
            "print(f.metadata(), sorted(f.keys()), f.get_tensor('b').shape,"
                + " [float(x) for x in f.get_tensor('b').ravel()], f.get_tensor('a').tolist())");
    assertEquals(
        "{'format': 'pt'} ['a', 'b'] (2, 3) " + "[1.0, 2.5, -3.0, 0.5, 5.0, 6.0] [7.0]\nok\n",
        printed);
  }

  /** What a script prints, {@code ok} at its end, or nothing if there is no Python. */
  private String python(String... lines) throws IOException, InterruptedException {
    String interpreter = System.getenv().getOrDefault("LRFBENCH_PYTHON", "python3");
    String script = String.join("\n", lines) + "\nprint('ok')";
    try {
      Process process =
          new ProcessBuilder(interpreter, "-c", script)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return "";
    }
  }

  private void assertOnlyFile(Path path) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  private static float[] random(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
