package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the bytes of tensors, once it is known where their storages lie, and checks them. */
final class TorchLayout {
  private final Path file;
  private final long fileBytes;
  private final Map<String, Long> begins = new HashMap<>();

  TorchLayout(Path file, long fileBytes) {
    this.file = file;
    this.fileBytes = fileBytes;
  }

  /**
   * Notes where a storage lies.
   *
   * @param begin its first byte in the file
   * @param bytes how many bytes are there
   * @throws InputException if these are not those of the storage
   */
  void place(TorchStorage storage, long begin, long bytes) {
    if (bytes != storage.bytes()) {
      throw Faults.of(
          file,
          "the storage "
              + Faults.quote(storage.key())
              + " has "
              + bytes
              + " bytes, expected "
              + storage.bytes()
              + "; is the file truncated?");
    }
    begins.put(storage.key(), begin);
  }

  /**
   * The tensors with their places.
   *
   * @throws InputException if one reaches beyond its storage
   */
  Map<String, StoredTensor> of(Map<String, TorchTensor> tensors) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> stored.put(name, stored(name, tensor)));
    return stored;
  }

  private StoredTensor stored(String name, TorchTensor tensor) {
    TorchStorage storage = tensor.storage();
    int bytes = tensor.type().bytes();
    long start = begins.get(storage.key()) + storage.offset() * storage.type().bytes();
    long elements = storage.elements() * storage.type().bytes() / bytes;
    long size = tensor.shape().size();
    if (size == 0) {
      return new StoredTensor(name, tensor.type(), tensor.shape(), start, start);
    }
    long span = span(name, tensor);
    if (tensor.offset() > elements || span > elements - tensor.offset()) {
      throw fault(name, "reaches beyond the end of its storage");
    }
    // Strides of zero make much of little.
    if (size > fileBytes) {
      throw fault(name, "has more elements than the file has bytes: " + tensor.shape());
    }
    long begin = start + tensor.offset() * bytes;
    return new StoredTensor(
        name,
        tensor.type(),
        tensor.shape(),
        begin,
        begin + span * bytes,
        isRowMajor(tensor) ? List.of() : tensor.strides());
  }

  /** How many elements of the storage lie between the first and the last, and with them. */
  private long span(String name, TorchTensor tensor) {
    try {
      long span = 1;
      for (int axis = 0; axis < tensor.shape().rank(); axis++) {
        long steps = tensor.shape().dim(axis) - 1;
        span = Math.addExact(span, Math.multiplyExact(steps, tensor.strides().get(axis)));
      }
      return span;
    } catch (ArithmeticException e) {
      throw fault(name, "reaches beyond the end of its storage");
    }
  }

  private static boolean isRowMajor(TorchTensor tensor) {
    long expected = 1;
    for (int axis = tensor.shape().rank() - 1; axis >= 0; axis--) {
      long dim = tensor.shape().dim(axis);
      if (dim != 1 && tensor.strides().get(axis) != expected) {
        return false;
      }
      expected *= dim;
    }
    return true;
  }

  private InputException fault(String name, String fault) {
    return Faults.of(file, "tensor " + Faults.quote(name) + " " + fault);
  }
}
