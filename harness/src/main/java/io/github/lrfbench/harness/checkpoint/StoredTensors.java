package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;

/**
 * Tensors of a file of which is known where they lie.
 *
 * <p>The file is read in small pieces and not mapped: that is as fast, mapped pages would count as
 * resident beside the tensors that they were copied to, Java cannot unmap them, and a file that
 * shrinks while it is mapped ends the process. Files may be larger than 2 GiB; one may be read by
 * several threads, one after the other.
 */
abstract sealed class StoredTensors implements TensorFile permits SafetensorsFile, TorchFile {
  private static final int CHUNK_ELEMENTS = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long dataStart;
  private final Map<String, StoredTensor> tensors;
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  StoredTensors(Path file, FileChannel channel, long dataStart, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.channel = channel;
    this.dataStart = dataStart;
    this.tensors = tensors;
  }

  @Override
  public Path path() {
    return file;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public Shape shape(String name) {
    return tensor(name).shape();
  }

  @Override
  public boolean holdsFloats(String name) {
    return FloatDecoder.decodes(tensor(name).type());
  }

  @Override
  public void read(String name, Tensor target) {
    StoredTensor tensor = tensor(name);
    if (!tensor.shape().equals(target.shape())) {
      throw fault(name, "has shape " + tensor.shape() + ", expected " + target.shape());
    }
    if (target.dtype().isCode()) {
      readCodes(tensor, target);
      return;
    }
    read(tensor, (offset, values, count) -> target.write(offset, values, 0, count));
  }

  @Override
  public float[] readFloats(String name) {
    StoredTensor tensor = tensor(name);
    float[] all = new float[arrayLength(tensor)];
    read(tensor, (offset, values, count) -> System.arraycopy(values, 0, all, (int) offset, count));
    return all;
  }

  @Override
  public void readFloats(String name, FloatSink sink) {
    read(tensor(name), sink);
  }

  /**
   * The numbers of a tensor in double precision, row-major.
   *
   * @throws InputException if the tensor is missing, is not stored in double precision, holds NaN
   *     or infinite values, or is too large for an array
   */
  public double[] readDoubles(String name) {
    StoredTensor tensor = tensor(name);
    if (tensor.type() != StoredType.F64) {
      throw fault(name, "holds " + tensor.type() + ", expected " + StoredType.F64);
    }
    double[] all = new double[arrayLength(tensor)];
    pieces(
        tensor,
        (offset, count) -> {
          buffer.asDoubleBuffer().get(all, (int) offset, count);
          requireFinite(tensor, i -> all[(int) offset + i], offset, count);
        });
    return all;
  }

  /**
   * The integers or truth values (0 and 1) of a tensor, row-major.
   *
   * @throws InputException if the tensor is missing, holds other things, a value beyond 32 bits, or
   *     is too large for an array
   */
  public int[] readInts(String name) {
    StoredTensor tensor = tensor(name);
    if (!IntDecoder.decodes(tensor.type())) {
      throw fault(name, "holds " + tensor.type() + ", expected integers");
    }
    int[] all = new int[arrayLength(tensor)];
    long[] values = new long[Math.min(all.length, CHUNK_ELEMENTS)];
    pieces(
        tensor,
        (offset, count) -> {
          IntDecoder.decode(tensor.type(), buffer, values, count);
          for (int i = 0; i < count; i++) {
            if (values[i] != (int) values[i]) {
              throw fault(name, "holds " + values[i] + ", which is beyond 32 bits");
            }
            all[(int) offset + i] = (int) values[i];
          }
        });
    return all;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }

  private void readCodes(StoredTensor tensor, Tensor target) {
    if (!tensor.type().name().equals(target.dtype().name())) {
      throw fault(tensor.name(), "holds " + tensor.type() + ", expected " + target.dtype());
    }
    byte[] codes = new byte[(int) Math.min(tensor.shape().size(), CHUNK_ELEMENTS)];
    pieces(
        tensor,
        (offset, count) -> {
          buffer.get(0, codes, 0, count);
          target.write(offset, codes, 0, count);
        });
  }

  private void read(StoredTensor tensor, FloatSink sink) {
    if (!FloatDecoder.decodes(tensor.type())) {
      throw fault(tensor.name(), "holds " + tensor.type() + ", expected floating-point numbers");
    }
    float[] values = new float[(int) Math.min(tensor.shape().size(), CHUNK_ELEMENTS)];
    pieces(
        tensor,
        (offset, count) -> {
          FloatDecoder.decode(tensor.type(), buffer, values, count);
          requireFinite(tensor, i -> values[i], offset, count);
          sink.accept(offset, values, count);
        });
  }

  /** Fills the buffer with one piece of the tensor after the other. */
  private synchronized void pieces(StoredTensor tensor, Piece piece) {
    long size = tensor.shape().size();
    int bytes = tensor.type().bytes();
    reserve((int) Math.min(size, CHUNK_ELEMENTS) * bytes);
    try {
      Strides strides = tensor.strides().isEmpty() || size == 0 ? null : strides(tensor);
      for (long offset = 0; offset < size; offset += CHUNK_ELEMENTS) {
        int count = (int) Math.min(size - offset, CHUNK_ELEMENTS);
        buffer.clear().limit(count * bytes);
        if (strides == null) {
          readFully(file, channel, buffer, dataStart + tensor.begin() + offset * bytes);
        } else {
          strides.next(buffer, count);
          buffer.flip();
        }
        piece.accept(offset, count);
      }
    } catch (ClosedChannelException e) {
      throw new IllegalStateException(file + " is closed", e);
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }

  /** Elements in another order than the file's have to be in memory to be put in order. */
  private Strides strides(StoredTensor tensor) throws IOException {
    long length = tensor.end() - tensor.begin();
    if (length > Integer.MAX_VALUE - 8) {
      throw fault(tensor.name(), "is transposed or a part of another, and too large for that");
    }
    ByteBuffer span = ByteBuffer.allocate((int) length);
    readFully(file, channel, span, dataStart + tensor.begin());
    return new Strides(tensor, span.array());
  }

  private void reserve(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  static void readFully(Path file, FileChannel channel, ByteBuffer target, long position)
      throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position()) < 0) {
        throw Faults.of(file, "became shorter while it was read");
      }
    }
    target.flip();
  }

  private void requireFinite(
      StoredTensor tensor, IntToDoubleFunction values, long offset, int count) {
    for (int i = 0; i < count; i++) {
      double value = values.applyAsDouble(i);
      if (!Double.isFinite(value)) {
        String kind = Double.isNaN(value) ? "NaN" : "an infinite value";
        throw fault(tensor.name(), "holds " + kind + " at element " + (offset + i));
      }
    }
  }

  private int arrayLength(StoredTensor tensor) {
    if (tensor.shape().size() > Integer.MAX_VALUE - 8) {
      throw fault(tensor.name(), "is too large for an array: " + tensor.shape());
    }
    return (int) tensor.shape().size();
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw fault(name, "is missing");
    }
    return tensor;
  }

  private InputException fault(String name, String fault) {
    return Faults.of(file, "tensor " + Faults.quote(name) + " " + fault);
  }

  private interface Piece {
    void accept(long offset, int count);
  }
}
