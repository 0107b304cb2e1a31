package io.github.lrfbench.harness.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which files of a repository make a model: configuration, tokenizer and weights as safetensors, of
 * adapters and of sentence encoders too. The other formats that a repository may hold are left.
 */
final class ModelFiles {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final Set<String> TOKENIZERS = Set.of("tokenizer.json", "vocab.txt", "vocab.json");
  private static final Pattern WANTED =
      Pattern.compile(
          "(?:[^/]+/)?(?:[^/]+\\.json|vocab\\.txt|merges\\.txt"
              + "|(?:adapter_)?model(?:-\\d+-of-\\d+)?\\.safetensors)");
  private static final Pattern OTHER_FORMATS = Pattern.compile("(?:onnx|openvino|coreml|\\..*)/.*");

  private ModelFiles() {}

  static boolean wanted(String path) {
    return WANTED.matcher(path).matches() && !OTHER_FORMATS.matcher(path).matches();
  }

  /** The small files first, so that a folder that has its weights has all. */
  static Comparator<HubFile> order() {
    return Comparator.comparing((HubFile file) -> file.path().endsWith(".safetensors"))
        .thenComparing(HubFile::path);
  }

  /**
   * Checks that a repository can be used, before anything is fetched of it.
   *
   * @throws InputException if it lacks what every model has
   */
  static void require(HubRepo repo, HubListing listing) {
    List<String> paths = listing.files().stream().map(HubListing.Entry::path).toList();
    if (paths.stream()
        .filter(ModelFiles::wanted)
        .noneMatch(path -> path.endsWith(".safetensors"))) {
      boolean pickled = paths.stream().anyMatch(path -> path.endsWith(".bin"));
      throw new InputException(
          repo
              + " holds no weights as safetensors"
              + (pickled
                  ? ", only as pickled files, which are not read; a revision such as @refs/pr/1 may hold them converted"
                  : ""));
    }
    if (paths.stream().noneMatch(path -> path.endsWith(CONFIG))) {
      throw new InputException(repo + " holds no " + CONFIG);
    }
  }

  /** True if a folder, or one in it, holds all of a model; other tools may have fetched parts. */
  static boolean complete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> folders = Files.walk(folder, 1)) {
      return folders.filter(Files::isDirectory).anyMatch(ModelFiles::isModel);
    } catch (IOException e) {
      throw Faults.of(folder, e);
    }
  }

  private static boolean isModel(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG))
        && TOKENIZERS.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)))
        && (Files.isRegularFile(folder.resolve(WEIGHTS)) || hasShards(folder));
  }

  private static boolean hasShards(Path folder) {
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      return false;
    }
    for (JsonNode shard : JsonFile.read(index).path("weight_map")) {
      if (!Files.isRegularFile(folder.resolve(shard.asText()))) {
        return false;
      }
    }
    return true;
  }
}
