package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Files that the Python library wrote, against a reader of a few lines without any checks. */
class GoldenSafetensorsTest {
  @Test
  void everyTensorOfTheReferenceModels() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(TestData.require("golden"))) {
      files = found.filter(path -> path.toString().endsWith(".safetensors")).toList();
    }
    assertTrue(files.size() >= 6, files.toString());
    for (Path path : files) {
      check(path);
    }
  }

  private static void check(Path path) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = (int) bytes.getLong(0);
    JsonNode header = new ObjectMapper().readTree(bytes.array(), Long.BYTES, headerLength);
    int tensors = 0;
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (Map.Entry<String, JsonNode> entry : header.properties()) {
        if (entry.getKey().equals("__metadata__")) {
          continue;
        }
        tensors++;
        JsonNode tensor = entry.getValue();
        long[] shape =
            StreamSupport.stream(tensor.get("shape").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        assertEquals(Shape.of(shape), file.shape(entry.getKey()));
        int begin = Long.BYTES + headerLength + tensor.get("data_offsets").get(0).asInt();
        checkElements(file, entry.getKey(), bytes, begin, tensor.get("dtype").asText());
      }
      assertEquals(tensors, file.names().size());
    }
  }

  private static void checkElements(
      SafetensorsFile file, String name, ByteBuffer bytes, int begin, String type) {
    int count = (int) file.shape(name).size();
    if (type.equals("F32")) {
      float[] expected = new float[count];
      for (int i = 0; i < count; i++) {
        expected[i] = bytes.getFloat(begin + i * Float.BYTES);
      }
      assertArrayEquals(expected, file.readFloats(name), name);
    } else {
      assertEquals("I64", type);
      int[] expected = new int[count];
      for (int i = 0; i < count; i++) {
        expected[i] = (int) bytes.getLong(begin + i * Long.BYTES);
      }
      assertArrayEquals(expected, file.readInts(name), name);
    }
  }
}
