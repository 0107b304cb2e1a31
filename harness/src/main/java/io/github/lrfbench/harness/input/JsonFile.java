package io.github.lrfbench.harness.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/** Reads files that hold one JSON object, to the letter of RFC 8259 and without doubled names. */
public final class JsonFile {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  private JsonFile() {}

  /**
   * The object in a file.
   *
   * @throws InputException if the file cannot be read or holds something else
   */
  public static ObjectNode read(Path file) {
    JsonNode node;
    try {
      node = MAPPER.readTree(TextFile.read(file));
    } catch (JsonProcessingException e) {
      throw Faults.of(file, "", e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw Faults.of(file, node.isMissingNode() ? "is empty" : "holds no JSON object");
  }
}
