package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a directory of sentence-transformers holds beside its transformer. A copy has the
 * transformer in the directory itself, wherever it was before, and the other modules where they
 * were.
 */
final class SentenceLayout {
  static final String MODULES = "modules.json";
  private static final String SETTINGS = "config_sentence_transformers.json";
  private static final String TRANSFORMER = ".Transformer";

  private SentenceLayout() {}

  /** Copies the files; a directory without a list of modules has none. */
  static void copy(Path from, Path to) throws IOException {
    JsonNode modules = read(from);
    if (modules == null) {
      return;
    }
    for (String name : files(from)) {
      if (Files.isRegularFile(from.resolve(name))) {
        Path copy = to.resolve(name);
        Files.createDirectories(copy.getParent());
        try (InputStream in = Files.newInputStream(from.resolve(name))) {
          Files.copy(in, copy);
        }
      }
    }
    for (JsonNode module : modules) {
      if (module instanceof ObjectNode transformer && isTransformer(module)) {
        transformer.put("path", "");
      }
    }
    ObjectMapper mapper = new ObjectMapper();
    Files.writeString(
        to.resolve(MODULES), mapper.writerWithDefaultPrettyPrinter().writeValueAsString(modules));
  }

  /** The names of the files beside the list of modules; none where there is no list. */
  static List<String> files(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    JsonNode modules = read(directory);
    if (modules == null) {
      return names;
    }
    names.add(SETTINGS);
    for (JsonNode module : modules) {
      String name = isTransformer(module) ? "" : below(directory, module.path("path").asText());
      if (!name.isEmpty()) {
        names.add(name + "/config.json");
      }
    }
    return names;
  }

  private static boolean isTransformer(JsonNode module) {
    return module.path("type").asText().endsWith(TRANSFORMER);
  }

  private static JsonNode read(Path directory) throws IOException {
    Path file = directory.resolve(MODULES);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      JsonNode modules = new ObjectMapper().readTree(Files.readAllBytes(file));
      return modules.isArray() ? modules : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** A path as one below the directory; empty if it is the directory or leads out of it. */
  private static String below(Path directory, String name) {
    try {
      Path root = directory.toAbsolutePath().normalize();
      Path path = root.resolve(name).normalize();
      return path.startsWith(root) ? root.relativize(path).toString() : "";
    } catch (InvalidPathException e) {
      return "";
    }
  }
}
