package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which file of a sharded checkpoint holds which tensor: {@code model.safetensors.index.json} or
 * {@code pytorch_model.bin.index.json}.
 */
final class ShardIndex {
  private ShardIndex() {}

  /**
   * Reads an index.
   *
   * @param ending of the shards' names
   * @return the shard's file name by tensor name, in the file's order
   * @throws InputException if the index is broken or names a shard outside its own directory
   */
  static Map<String, String> read(Path file, String ending) {
    JsonNode weightMap = JsonFile.read(file).path("weight_map");
    if (!weightMap.isObject()) {
      throw Faults.of(file, "has no object 'weight_map'");
    }
    Map<String, String> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
      shards.put(entry.getKey(), shard(file, entry.getValue(), ending));
    }
    return shards;
  }

  private static String shard(Path file, JsonNode value, String ending) {
    String name = value.asText();
    boolean plain =
        value.isTextual()
            && name.endsWith(ending)
            && !name.contains("/")
            && !name.contains("\\")
            && name.chars().noneMatch(Character::isISOControl);
    if (!plain) {
      throw Faults.of(
          file, Faults.quote(value.toString()) + " is no name of a " + ending + " file beside it");
    }
    return name;
  }
}
