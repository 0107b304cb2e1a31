package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A Hugging Face model directory: its {@code config.json} and its weights, in one file or more. */
public final class Checkpoint implements AutoCloseable {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";

  private final Path directory;
  private final ObjectNode config;
  private final WeightFiles files;
  private final Map<String, String> stored;

  private Checkpoint(
      Path directory, ObjectNode config, WeightFiles files, Map<String, String> stored) {
    this.directory = directory;
    this.config = config;
    this.files = files;
    this.stored = stored;
  }

  /**
   * Opens a directory and checks its configuration's syntax and its weights' headers.
   *
   * @throws InputException if something is missing or broken
   */
  public static Checkpoint open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw Faults.of(
          directory,
          Files.exists(directory)
              ? "is a file, not a model directory"
              : "there is no such model directory");
    }
    ObjectNode config = JsonFile.read(directory.resolve(CONFIG));
    WeightFiles files =
        OwnForms.isMarked(config) ? WeightFiles.openOwn(directory) : WeightFiles.open(directory);
    OwnForms.unmark(config);
    try {
      Map<String, String> stored = PlainNames.of(directory, files.tensors().keySet());
      return new Checkpoint(directory, config, files, stored);
    } catch (RuntimeException | Error e) {
      files.close();
      throw e;
    }
  }

  /** The directory. */
  public Path directory() {
    return directory;
  }

  /**
   * A copy of what {@code config.json} holds, the model's type and class by the names that everyone
   * knows.
   */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /** What this program told of the model under its own key when it wrote it; missing if not. */
  public JsonNode block() {
    return config.path(CheckpointWriter.MARK);
  }

  /** The names of the tensors, without what a wrapper of the model put before them. */
  public Set<String> names() {
    return Collections.unmodifiableSet(stored.keySet());
  }

  /** True if there is a tensor of this name. */
  public boolean has(String name) {
    return stored.containsKey(name);
  }

  /**
   * The shape of a tensor.
   *
   * @throws InputException if there is no such tensor
   */
  public Shape shape(String name) {
    return file(name).shape(stored.get(name));
  }

  /**
   * True if a tensor holds floating-point numbers that can be read, and not a mask or positions.
   *
   * @throws InputException if there is no such tensor
   */
  public boolean holdsFloats(String name) {
    return file(name).holdsFloats(stored.get(name));
  }

  /**
   * Copies a tensor to a device, converting F16, BF16 and F64 to F32.
   *
   * @param target F32, or of the type of stored codes (I8, U8), modified; has the tensor's shape
   * @throws InputException if the tensor is missing, has another shape, holds numbers of another
   *     kind, or one that is not finite in F32
   */
  public void read(String name, Tensor target) {
    file(name).read(stored.get(name), target);
  }

  /**
   * The elements of a tensor in F32, row-major.
   *
   * @throws InputException as {@link #read} does, or if the tensor is too large for an array
   */
  public float[] readFloats(String name) {
    return file(name).readFloats(stored.get(name));
  }

  /** The same in pieces, however large the tensor is. */
  void readFloats(String name, TensorFile.FloatSink sink) {
    file(name).readFloats(stored.get(name), sink);
  }

  /**
   * The SHA-256 of configuration and weights, in hexadecimal. It reads all files: expect a second
   * per GB where the processor has instructions for SHA.
   */
  public String contentHash() {
    List<Path> hashed = new ArrayList<>();
    hashed.add(directory.resolve(CONFIG));
    hashed.addAll(files.paths());
    return ContentHash.of(hashed);
  }

  /** Closes the files; closing twice is harmless. */
  @Override
  public void close() {
    files.close();
  }

  private TensorFile file(String name) {
    if (!has(name)) {
      throw Faults.of(directory, "tensor " + Faults.quote(name) + " is missing");
    }
    return files.tensors().get(stored.get(name));
  }
}
