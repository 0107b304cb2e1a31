package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Path;
import java.util.Set;

/** A file of named tensors, which are read when they are asked for. */
public interface TensorFile extends AutoCloseable {
  /**
   * Opens a file and checks where its tensors lie.
   *
   * @param file one of PyTorch if its name ends with {@code .bin}, else one of safetensors
   * @throws InputException if it is no valid file of tensors
   */
  static TensorFile open(Path file) {
    return file.toString().endsWith(".bin") ? TorchFile.open(file) : SafetensorsFile.open(file);
  }

  /** The file. */
  Path path();

  /** The names of the tensors, in the file's order. */
  Set<String> names();

  /** True if there is a tensor of this name. */
  boolean has(String name);

  /**
   * The shape of a tensor.
   *
   * @throws InputException if there is no such tensor
   */
  Shape shape(String name);

  /**
   * True if a tensor holds floating-point numbers that can be read.
   *
   * @throws InputException if there is no such tensor
   */
  boolean holdsFloats(String name);

  /**
   * Copies a tensor of floating-point numbers, or of codes, to a device.
   *
   * @param target F32, or of the type of the codes (I8, U8), modified; has the tensor's shape
   * @throws InputException if the tensor is missing, has another shape or type, or holds a value
   *     that is not finite in F32
   */
  void read(String name, Tensor target);

  /**
   * The floating-point numbers of a tensor, row-major.
   *
   * @throws InputException as {@link #read} does, or if the tensor is too large for an array
   */
  float[] readFloats(String name);

  /**
   * The same in pieces, however large the tensor is.
   *
   * @throws InputException as {@link #read} does
   */
  void readFloats(String name, FloatSink sink);

  /** Receives numbers of a tensor. */
  @FunctionalInterface
  interface FloatSink {
    /**
     * Receives a piece.
     *
     * @param offset of the first number in the tensor
     * @param values the first {@code count} of which are the piece; used again for the next
     */
    void accept(long offset, float[] values, int count);
  }

  /** Closes the file; closing twice is harmless. */
  @Override
  void close();
}
