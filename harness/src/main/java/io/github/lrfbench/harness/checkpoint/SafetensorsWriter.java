package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.HalfFloats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Collects tensors and writes them to a safetensors file. Their elements are asked for when they
 * are written, one tensor after the other, so that a model need not be held twice.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK_ELEMENTS = 1 << 16;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Adds an F32 tensor that stays as it is until the file is written. */
  public SafetensorsWriter add(String name, Tensor tensor) {
    return add(name, tensor.shape(), StoredType.F32, sink -> copy(tensor, sink));
  }

  /**
   * Adds an F32 tensor that is made when it is written.
   *
   * @param values makes it in a scope of the device, which is closed when it is written
   */
  public SafetensorsWriter add(
      String name, Shape shape, Device device, Function<Scope, Tensor> values) {
    return add(
        name,
        shape,
        StoredType.F32,
        sink -> {
          try (Scope scope = device.openScope()) {
            Tensor tensor = values.apply(scope);
            requireSize(name, shape, tensor.shape().size());
            copy(tensor, sink);
          }
        });
  }

  /**
   * Adds an F32 tensor whose elements are made when they are written.
   *
   * @param values gives the {@code shape.size()} elements, row-major
   */
  public SafetensorsWriter add(String name, Shape shape, Supplier<float[]> values) {
    return add(name, shape, StoredType.F32, sink -> copy(name, shape, values.get(), sink));
  }

  /** Adds a tensor of a checkpoint, which is open until the file is written, as F32. */
  public SafetensorsWriter add(String name, Checkpoint source) {
    return add(
        name,
        source.shape(name),
        StoredType.F32,
        sink ->
            source.readFloats(
                name,
                (offset, values, count) -> {
                  try {
                    sink.accept(values, 0, count);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }

  /**
   * As {@link #add(String, Shape, Supplier)}, but an F16 tensor: elements are rounded to half
   * precision.
   */
  public SafetensorsWriter addHalves(String name, Shape shape, Supplier<float[]> values) {
    return add(name, shape, StoredType.F16, sink -> copy(name, shape, values.get(), sink));
  }

  /** As {@link #add(String, Shape, Supplier)}, but an F64 tensor. */
  public SafetensorsWriter addDoubles(String name, Shape shape, Supplier<double[]> values) {
    return add(name, shape, StoredType.F64, sink -> copy(name, shape, values.get(), sink));
  }

  /**
   * Adds a tensor of codes that are made when they are written.
   *
   * @param dtype I8 or U8
   * @param codes gives the {@code shape.size()} bytes, row-major
   */
  public SafetensorsWriter addCodes(String name, DType dtype, Shape shape, Supplier<byte[]> codes) {
    if (!dtype.isCode()) {
      throw new IllegalArgumentException(dtype + " is no type of codes");
    }
    Source source =
        sink -> {
          byte[] values = codes.get();
          requireSize(name, shape, values.length);
          sink.write(ByteBuffer.wrap(values));
        };
    return add(name, shape, StoredType.of(dtype.name()), source);
  }

  private SafetensorsWriter add(String name, Shape shape, StoredType type, Source source) {
    if (name.equals("__metadata__")
        || entries.putIfAbsent(name, new Entry(shape, type, source)) != null) {
      throw new IllegalArgumentException("a tensor named '" + name + "' cannot be added");
    }
    return this;
  }

  /**
   * Writes the tensors in the order in which they were added. The file appears whole or not at all;
   * one that is there is replaced.
   *
   * @throws InputException if the file cannot be written
   */
  public void write(Path file) {
    Path absolute = file.toAbsolutePath();
    Path temporary =
        absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        try (FileChannel channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          write(channel);
        }
        Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (UncheckedIOException e) {
      throw Faults.cannotWrite(file, e.getCause());
    } catch (IOException e) {
      throw Faults.cannotWrite(file, e);
    }
  }

  private void write(FileChannel channel) throws IOException {
    byte[] header = header();
    ByteBuffer start =
        ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
    writeFully(channel, start.putLong(header.length).put(header).flip());
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(CHUNK_ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Entry entry : entries.values()) {
      entry
          .source()
          .copyTo(
              new Sink() {
                @Override
                public void accept(float[] values, int offset, int count) throws IOException {
                  encode(entry.type(), values, offset, count, bytes.clear());
                  writeFully(channel, bytes);
                }

                @Override
                public void write(ByteBuffer encoded) throws IOException {
                  writeFully(channel, encoded);
                }
              });
    }
  }

  /** Puts the elements into a cleared buffer, ready to be written. */
  private static void encode(
      StoredType type, float[] values, int offset, int count, ByteBuffer bytes) {
    bytes.limit(count * type.bytes());
    if (type == StoredType.F32) {
      bytes.asFloatBuffer().put(values, offset, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      bytes.putShort(i * type.bytes(), HalfFloats.toF16(values[offset + i]));
    }
  }

  /** The header, padded with spaces so that the data starts at a multiple of eight bytes. */
  private byte[] header() throws IOException {
    ObjectNode header = MAPPER.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long position = 0;
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      Shape shape = entry.getValue().shape();
      ObjectNode tensor = header.putObject(entry.getKey());
      StoredType type = entry.getValue().type();
      tensor.put("dtype", type.name());
      tensor.set("shape", MAPPER.valueToTree(shape.toArray()));
      long end = position + shape.size() * type.bytes();
      tensor.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    byte[] json = MAPPER.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void copy(Tensor tensor, Sink sink) throws IOException {
    long size = tensor.shape().size();
    float[] values = new float[(int) Math.min(size, CHUNK_ELEMENTS)];
    for (long offset = 0; offset < size; offset += CHUNK_ELEMENTS) {
      int count = (int) Math.min(size - offset, CHUNK_ELEMENTS);
      tensor.read(offset, values, 0, count);
      sink.accept(values, 0, count);
    }
  }

  private static void copy(String name, Shape shape, float[] values, Sink sink) throws IOException {
    requireSize(name, shape, values.length);
    for (int offset = 0; offset < values.length; offset += CHUNK_ELEMENTS) {
      sink.accept(values, offset, Math.min(values.length - offset, CHUNK_ELEMENTS));
    }
  }

  private static void copy(String name, Shape shape, double[] values, Sink sink)
      throws IOException {
    requireSize(name, shape, values.length);
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.min(values.length, CHUNK_ELEMENTS) * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int offset = 0; offset < values.length; offset += CHUNK_ELEMENTS) {
      int count = Math.min(values.length - offset, CHUNK_ELEMENTS);
      bytes.clear().limit(count * Double.BYTES);
      bytes.asDoubleBuffer().put(values, offset, count);
      sink.write(bytes);
    }
  }

  private static void requireSize(String name, Shape shape, long length) {
    if (length != shape.size()) {
      throw new IllegalStateException(
          "tensor '" + name + "' of shape " + shape + " was given " + length + " elements");
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private record Entry(Shape shape, StoredType type, Source source) {}

  private interface Source {
    void copyTo(Sink sink) throws IOException;
  }

  private interface Sink {
    void accept(float[] values, int offset, int count) throws IOException;

    void write(ByteBuffer encoded) throws IOException;
  }
}
