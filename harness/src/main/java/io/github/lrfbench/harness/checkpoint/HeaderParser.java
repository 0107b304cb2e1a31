package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses the JSON header of a safetensors file. It streams, so that a hostile header is refused at
 * its first fault and not after a tree of it has filled the memory.
 */
final class HeaderParser {
  private static final String METADATA = "__metadata__";

  // Names differ from file to file: a table of those seen would only grow.
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final Path file;
  private final JsonParser parser;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private Map<String, String> metadata;

  private HeaderParser(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * Parses a header; where the tensors lie is not checked.
   *
   * @param json the header's bytes
   */
  static SafetensorsHeader parse(Path file, byte[] json) {
    Reader text =
        new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder());
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new HeaderParser(file, parser).header();
    } catch (JsonProcessingException e) {
      throw Faults.of(file, "the header", e);
    } catch (IOException e) {
      throw Faults.of(file, "the header is not UTF-8 text");
    }
  }

  private SafetensorsHeader header() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw fault("the header is no JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      boolean repeated = name.equals(METADATA) ? metadata != null : tensors.containsKey(name);
      if (repeated) {
        throw fault("the header names " + Faults.quote(name) + " twice");
      }
      if (name.equals(METADATA)) {
        metadata = metadata();
      } else {
        tensors.put(name, tensor(name));
      }
    }
    if (parser.nextToken() != null) {
      throw fault("the header goes on after its JSON object");
    }
    return new SafetensorsHeader(tensors, metadata == null ? Map.of() : metadata);
  }

  private Map<String, String> metadata() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_NULL) {
      return Map.of();
    }
    if (token != JsonToken.START_OBJECT) {
      throw fault(METADATA + " is no object");
    }
    Map<String, String> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw fault(METADATA + " " + Faults.quote(key) + " is no string");
      }
      if (entries.put(key, parser.getText()) != null) {
        throw fault(METADATA + " names " + Faults.quote(key) + " twice");
      }
    }
    return entries;
  }

  private StoredTensor tensor(String name) throws IOException {
    String tensor = "tensor " + Faults.quote(name);
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw fault(tensor + " is described by no object");
    }
    StoredType type = null;
    Shape shape = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "dtype" -> type = once(type, type(tensor), tensor, key);
        case "shape" -> shape = once(shape, shape(tensor), tensor, key);
        case "data_offsets" -> offsets = once(offsets, integers(tensor, key), tensor, key);
        default -> parser.skipChildren();
      }
    }
    if (type == null || shape == null || offsets == null) {
      String missing = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw fault(tensor + " has no " + missing);
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw fault(tensor + " has data_offsets that are no begin and end");
    }
    StoredTensor stored = new StoredTensor(name, type, shape, offsets[0], offsets[1]);
    requireSize(tensor, stored);
    return stored;
  }

  private void requireSize(String tensor, StoredTensor stored) {
    long given = stored.end() - stored.begin();
    long elements = stored.shape().size();
    int bits = stored.type().bits();
    boolean fits =
        elements <= Long.MAX_VALUE / bits
            && elements * bits % Byte.SIZE == 0
            && elements * bits / Byte.SIZE == given;
    if (!fits) {
      throw fault(
          tensor
              + " has "
              + given
              + " bytes of data, which is not the size of "
              + stored.type()
              + " "
              + stored.shape());
    }
  }

  private StoredType type(String tensor) throws IOException {
    String name = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
    StoredType type = name == null ? null : StoredType.of(name);
    if (type == null) {
      throw fault(
          tensor
              + (name == null
                  ? " has no string as dtype"
                  : " has unknown dtype " + Faults.quote(name)));
    }
    return type;
  }

  private Shape shape(String tensor) throws IOException {
    try {
      return Shape.of(integers(tensor, "shape"));
    } catch (IllegalArgumentException e) {
      throw fault(tensor + " has a shape that is too large");
    }
  }

  /** An array of integers that are not negative. */
  private long[] integers(String tensor, String key) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw fault(tensor + " has no array as " + key);
    }
    List<Long> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean fits =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              && parser.getLongValue() >= 0;
      if (!fits) {
        throw fault(tensor + " has " + Faults.quote(parser.getText()) + " in its " + key);
      }
      values.add(parser.getLongValue());
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private <T> T once(T before, T value, String tensor, String key) {
    if (before != null) {
      throw fault(tensor + " has " + key + " twice");
    }
    return value;
  }

  private InputException fault(String text) {
    return Faults.of(file, text);
  }
}
