package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The weights of a model directory in one file or more. As for transformers, safetensors come
 * before the files of PyTorch and a single file before shards.
 */
final class WeightFiles {
  private static final String SHARDS = ".index.json";

  private final Path directory;
  private final List<TensorFile> files = new ArrayList<>();
  private final Map<String, TensorFile> tensors = new LinkedHashMap<>();

  private WeightFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens the files.
   *
   * @throws InputException if there are none, or broken ones
   */
  static WeightFiles open(Path directory) {
    WeightFiles opened = new WeightFiles(directory);
    try {
      for (String name : List.of(Checkpoint.WEIGHTS, "pytorch_model.bin")) {
        if (Files.exists(directory.resolve(name))) {
          opened.openFile(name);
          return opened;
        }
        if (Files.exists(directory.resolve(name + SHARDS))) {
          opened.openShards(name);
          return opened;
        }
      }
      throw MissingWeights.in(directory);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Opens the file of a directory whose matrices are in forms of this program's own.
   *
   * @throws InputException if it is missing or broken
   */
  static WeightFiles openOwn(Path directory) {
    if (!Files.exists(directory.resolve(OwnForms.WEIGHTS))) {
      throw Faults.of(directory, "holds no " + OwnForms.WEIGHTS);
    }
    WeightFiles opened = new WeightFiles(directory);
    opened.openFile(OwnForms.WEIGHTS);
    return opened;
  }

  /** The file of each tensor, by the name that it has there. */
  Map<String, TensorFile> tensors() {
    return tensors;
  }

  /** The files' paths. */
  List<Path> paths() {
    return files.stream().map(TensorFile::path).sorted().toList();
  }

  void close() {
    files.forEach(TensorFile::close);
  }

  private void openFile(String name) {
    TensorFile file = TensorFile.open(directory.resolve(name));
    files.add(file);
    file.names().forEach(tensor -> tensors.put(tensor, file));
  }

  private void openShards(String name) {
    Path index = directory.resolve(name + SHARDS);
    Map<String, TensorFile> shards = new TreeMap<>();
    ShardIndex.read(index, name.substring(name.lastIndexOf('.')))
        .forEach((tensor, file) -> tensors.put(tensor, shard(index, shards, tensor, file)));
  }

  private TensorFile shard(Path index, Map<String, TensorFile> shards, String tensor, String name) {
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
              + index.getFileName()
              + " puts here, is missing");
    }
    return shard;
  }
}
