package io.github.lrfbench.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The layout of a sentence-transformers directory (Reimers and Gurevych 2019): {@code modules.json}
 * names a transformer and a pooling; a normalization may follow, which does not change cosines.
 *
 * @param transformer directory of the transformer's checkpoint
 */
record SentenceTransformer(Path transformer) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The layout of a directory, or null if it is none of sentence-transformers. */
  static SentenceTransformer detect(Path directory) {
    Path modules = directory.resolve("modules.json");
    if (!Files.isRegularFile(modules)) {
      return null;
    }
    Path transformer = directory;
    boolean pooled = false;
    for (JsonNode module : parse(modules)) {
      String type = module.path("type").asText();
      Path path = directory.resolve(module.path("path").asText("")).normalize();
      if (!path.startsWith(directory.normalize())) {
        throw new InputException(modules + ": the path of " + type + " leads out of the directory");
      }
      switch (type.substring(type.lastIndexOf('.') + 1)) {
        case "Transformer" -> transformer = path;
        case "Pooling" -> {
          requireMeanPooling(path.resolve("config.json"));
          pooled = true;
        }
        case "Normalize" -> {
          // Cosines do not change.
        }
        default -> throw new InputException(modules + ": the module " + type + " is not supported");
      }
    }
    if (!pooled) {
      throw new InputException(modules + ": names no pooling");
    }
    return new SentenceTransformer(transformer);
  }

  private static void requireMeanPooling(Path config) {
    JsonNode pooling = parse(config);
    String mode = pooling.path("pooling_mode").asText("");
    if (!mode.equals("mean") && !pooling.path("pooling_mode_mean_tokens").asBoolean(false)) {
      throw new InputException(config + ": only mean pooling is supported");
    }
  }

  private static JsonNode parse(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new InputException(file + ": is no readable JSON", e);
    }
  }
}
