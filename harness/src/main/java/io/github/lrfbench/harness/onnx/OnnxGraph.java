package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A graph of ONNX as it grows: inputs, constants, nodes in the order of their computation, and an
 * output. Values are known by their names. The numbers of fields are those of onnx.proto
 * (https://onnx.ai).
 */
final class OnnxGraph {
  /** The first with the activation Gelu; layer norms came with 17. */
  private static final int OPERATORS = 20;

  /** The format's version that came with it. */
  private static final int FORMAT = 9;

  /** Types of the elements of tensors. */
  enum Type {
    FLOAT(1, Float.BYTES),
    INT8(3, Byte.BYTES),
    INT64(7, Long.BYTES);

    private final int number;
    private final int bytes;

    Type(int number, int bytes) {
      this.number = number;
      this.bytes = bytes;
    }
  }

  private final List<ProtoMessage> nodes = new ArrayList<>();
  private final List<ProtoMessage> inputs = new ArrayList<>();
  private final List<ProtoMessage> outputs = new ArrayList<>();
  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private int values;

  /** A constant whose numbers are read when they are written. */
  private record Constant(byte[] head, long length, Supplier<byte[]> numbers) {
    long size() {
      return head.length + length;
    }
  }

  /**
   * An attribute of a node.
   *
   * @param value a Long, a Float or a String
   */
  record Attribute(String name, Object value) {
    private ProtoMessage message() {
      ProtoMessage message = new ProtoMessage().text(1, name);
      if (value instanceof Float single) {
        return message.single(2, single).number(20, 1);
      }
      return value instanceof Long number
          ? message.number(3, number).number(20, 2)
          : message.text(4, (String) value).number(20, 3);
    }
  }

  /** Numbers that permute or resize axes. */
  record Axes(String name, long... values) {
    private ProtoMessage message() {
      ProtoMessage message = new ProtoMessage().text(1, name);
      for (long value : values) {
        message.number(8, value);
      }
      return message.number(20, 7);
    }
  }

  /** An input of [batch, sequence] whole numbers. */
  String input(String name) {
    inputs.add(value(name, Type.INT64, "batch", "sequence"));
    return name;
  }

  /**
   * The output.
   *
   * @param value what it is of
   * @param axes names or lengths
   */
  void output(String name, String value, Object... axes) {
    outputs.add(value(name, Type.FLOAT, axes));
    node("Identity", name, List.of(value), List.of());
  }

  private static ProtoMessage value(String name, Type type, Object... axes) {
    ProtoMessage shape = new ProtoMessage();
    for (Object axis : axes) {
      ProtoMessage dimension = new ProtoMessage();
      if (axis instanceof String symbol) {
        dimension.text(2, symbol);
      } else {
        dimension.number(1, ((Number) axis).longValue());
      }
      shape.message(1, dimension);
    }
    ProtoMessage tensor = new ProtoMessage().number(1, type.number).message(2, shape);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
  }

  /** Whole numbers as a constant: a vector, or a single one without axes. */
  String numbers(boolean single, long... values) {
    String name = (single ? "number" : "numbers") + suffix(values);
    return constant(
        name,
        Type.INT64,
        () -> littleEndian(values),
        single ? new long[0] : new long[] {values.length});
  }

  static byte[] littleEndian(long[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  private static String suffix(long... values) {
    StringBuilder suffix = new StringBuilder();
    for (long value : values) {
      suffix.append('_').append(value);
    }
    return suffix.toString();
  }

  /** A number of single precision as a constant. */
  String single(float value) {
    byte[] bytes = littleEndian(new float[] {value});
    return constant("single_" + value, Type.FLOAT, () -> bytes);
  }

  static byte[] littleEndian(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /**
   * A constant.
   *
   * @param name one that is there already is the same
   * @param numbers gives the elements as they lie in memory, little-endian
   */
  String constant(String name, Type type, Supplier<byte[]> numbers, long... shape) {
    ProtoMessage head = new ProtoMessage();
    long length = type.bytes;
    for (long dimension : shape) {
      head.number(1, dimension);
      length *= dimension;
    }
    head.number(2, type.number).text(8, name).begin(9, length);
    constants.putIfAbsent(name, new Constant(head.toBytes(), length, numbers));
    return name;
  }

  /** A node of one output, whose name it returns. */
  String node(String operator, String... operands) {
    return node(operator, List.of(), operands);
  }

  /**
   * A node with attributes.
   *
   * @param attributes each an {@link Attribute} or {@link Axes}
   * @param operands names of its inputs; an empty one is left out
   */
  String node(String operator, List<?> attributes, String... operands) {
    return node(operator, operator + "_" + values++, List.of(operands), attributes);
  }

  private String node(String operator, String result, List<String> operands, List<?> attributes) {
    ProtoMessage node = new ProtoMessage();
    operands.forEach(operand -> node.text(1, operand));
    node.text(2, result).text(3, "node_" + result).text(4, operator);
    for (Object attribute : attributes) {
      node.message(
          5, attribute instanceof Axes axes ? axes.message() : ((Attribute) attribute).message());
    }
    nodes.add(node);
    return result;
  }

  /**
   * Writes the file.
   *
   * @throws InputException if it would be larger than such a file can be
   */
  void write(OutputStream out) throws IOException {
    ProtoMessage rest = new ProtoMessage();
    nodes.forEach(node -> rest.message(1, node));
    rest.text(2, "lrfbench");
    inputs.forEach(input -> rest.message(11, input));
    outputs.forEach(output -> rest.message(12, output));
    byte[] body = rest.toBytes();
    long length = body.length;
    for (Constant constant : constants.values()) {
      length += head(constant).length + constant.size();
    }
    ProtoMessage operators = new ProtoMessage().text(1, "").number(2, OPERATORS);
    byte[] start =
        new ProtoMessage()
            .number(1, FORMAT)
            .text(2, "lrfbench")
            .message(8, operators)
            .begin(7, length)
            .toBytes();
    if (start.length + length > Integer.MAX_VALUE) {
      throw new InputException(
          "the model takes " + (length >> 20) + " MiB, and a file of ONNX holds no more than 2048");
    }
    out.write(start);
    out.write(body);
    for (Constant constant : constants.values()) {
      out.write(head(constant));
      out.write(constant.head());
      byte[] numbers = constant.numbers().get();
      if (numbers.length != constant.length()) {
        throw new IllegalStateException(numbers.length + " bytes, not " + constant.length());
      }
      out.write(numbers);
    }
  }

  private static byte[] head(Constant constant) {
    return new ProtoMessage().begin(5, constant.size()).toBytes();
  }
}
