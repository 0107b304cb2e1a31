package io.github.lrfbench.harness.checkpoint;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A Hugging Face model directory: its {@code config.json} and its weights, in one file or more. */
public final class Checkpoint implements AutoCloseable {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path directory;
  private final ObjectNode config;
  private final Map<String, TensorFile> tensors;
  private final List<TensorFile> files;

  private Checkpoint(
      Path directory, ObjectNode config, Map<String, TensorFile> tensors, List<TensorFile> files) {
    this.directory = directory;
    this.config = config;
    this.tensors = tensors;
    this.files = files;
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
    List<TensorFile> files = new ArrayList<>();
    try {
      Map<String, TensorFile> tensors = new LinkedHashMap<>();
      if (Files.exists(directory.resolve(WEIGHTS))) {
        TensorFile file = TensorFile.open(directory.resolve(WEIGHTS));
        files.add(file);
        file.names().forEach(name -> tensors.put(name, file));
      } else if (Files.exists(directory.resolve(INDEX))) {
        openShards(directory, files, tensors);
      } else {
        throw MissingWeights.in(directory);
      }
      return new Checkpoint(directory, config, tensors, files);
    } catch (RuntimeException | Error e) {
      files.forEach(TensorFile::close);
      throw e;
    }
  }

  private static void openShards(
      Path directory, List<TensorFile> files, Map<String, TensorFile> tensors) {
    Path index = directory.resolve(INDEX);
    Map<String, TensorFile> shards = new TreeMap<>();
    ShardIndex.read(index)
        .forEach(
            (tensor, name) -> {
              TensorFile shard = shards.get(name);
              if (shard == null) {
                if (!Files.exists(directory.resolve(name))) {
                  throw Faults.of(index, "the shard " + Faults.quote(name) + " is missing");
                }
                shard = TensorFile.open(directory.resolve(name));
                files.add(shard);
                shards.put(name, shard);
              }
              if (!shard.has(tensor)) {
                throw Faults.of(
                    shard.path(),
                    "tensor "
                        + Faults.quote(tensor)
                        + ", which "
                        + INDEX
                        + " puts here, is missing");
              }
              tensors.put(tensor, shard);
            });
  }

  /** The directory. */
  public Path directory() {
    return directory;
  }

  /** A copy of what {@code config.json} holds. */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /** The names of the tensors. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** True if there is a tensor of this name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * The shape of a tensor.
   *
   * @throws InputException if there is no such tensor
   */
  public Shape shape(String name) {
    return file(name).shape(name);
  }

  /**
   * Copies a tensor to a device, converting F16, BF16 and F64 to F32.
   *
   * @param target F32, modified; has the tensor's shape
   * @throws InputException if the tensor is missing, has another shape, holds no floating-point
   *     numbers, or one that is not finite in F32
   */
  public void read(String name, Tensor target) {
    file(name).read(name, target);
  }

  /**
   * The elements of a tensor in F32, row-major.
   *
   * @throws InputException as {@link #read} does, or if the tensor is too large for an array
   */
  public float[] readFloats(String name) {
    return file(name).readFloats(name);
  }

  /**
   * The SHA-256 of configuration and weights, in hexadecimal. It reads all files: expect a second
   * per GB where the processor has instructions for SHA.
   */
  public String contentHash() {
    List<Path> hashed = new ArrayList<>();
    hashed.add(directory.resolve(CONFIG));
    files.stream().map(TensorFile::path).sorted().forEach(hashed::add);
    return ContentHash.of(hashed);
  }

  /** Closes the files; closing twice is harmless. */
  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }

  private TensorFile file(String name) {
    TensorFile file = tensors.get(name);
    if (file == null) {
      throw Faults.of(directory, "tensor " + Faults.quote(name) + " is missing");
    }
    return file;
  }
}
