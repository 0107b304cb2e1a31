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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files of a repository make a model: configuration, tokenizer and weights, of adapters and
 * of sentence encoders too. Weights are taken as safetensors, or where a folder has none, as the
 * files of PyTorch. The other formats that a repository may hold are left.
 *
 * @param paths of all files of the repository
 */
record ModelFiles(Set<String> paths) {
  private static final String CONFIG = "config.json";
  private static final List<String> WEIGHTS =
      List.of("model.safetensors", "lrfbench_model.safetensors", "pytorch_model.bin");
  private static final String SHARDS = ".index.json";
  private static final Set<String> TOKENIZERS = Set.of("tokenizer.json", "vocab.txt", "vocab.json");
  private static final Pattern SMALL =
      Pattern.compile("(?:[^/]+/)?(?:[^/]+\\.json|vocab\\.txt|merges\\.txt)");
  private static final Pattern SAFE =
      Pattern.compile("((?:[^/]+/)?(?:adapter_|lrfbench_)?)model(?:-\\d+-of-\\d+)?\\.safetensors");
  private static final Pattern PICKLED =
      Pattern.compile("((?:[^/]+/)?)(?:pytorch_model(?:-\\d+-of-\\d+)?|(adapter_)model)\\.bin");
  private static final Pattern OTHER_FORMATS = Pattern.compile("(?:onnx|openvino|coreml|\\..*)/.*");

  /** The files of a listing. */
  static ModelFiles of(HubListing listing) {
    return new ModelFiles(
        listing.files().stream().map(HubListing.Entry::path).collect(Collectors.toSet()));
  }

  boolean wanted(String path) {
    return !OTHER_FORMATS.matcher(path).matches()
        && (SMALL.matcher(path).matches()
            || SAFE.matcher(path).matches()
            || PICKLED.matcher(path).matches() && !hasSafe(place(PICKLED, path)));
  }

  /** The small files first, so that a folder that has its weights has all. */
  static Comparator<HubFile> order() {
    return Comparator.comparing((HubFile file) -> isWeights(file.path()))
        .thenComparing(HubFile::path);
  }

  /**
   * Checks that a repository can be used, before anything is fetched of it.
   *
   * @throws InputException if it lacks what every model has
   */
  void require(HubRepo repo) {
    if (weights().isEmpty()) {
      throw new InputException(
          repo + " holds no weights as safetensors and none of PyTorch (pytorch_model.bin)");
    }
    if (paths.stream().noneMatch(path -> path.endsWith(CONFIG))) {
      throw new InputException(repo + " holds no " + CONFIG);
    }
  }

  /** The files of weights that are wanted. */
  List<String> weights() {
    return paths.stream().filter(this::wanted).filter(ModelFiles::isWeights).sorted().toList();
  }

  /** True if some of the weights that are wanted are no safetensors. */
  boolean pickled() {
    return weights().stream().anyMatch(path -> PICKLED.matcher(path).matches());
  }

  private boolean hasSafe(String place) {
    return paths.stream().anyMatch(path -> place.equals(place(SAFE, path)));
  }

  /** The folder of weights, and whether they are an adapter's; null if it is another file. */
  private static String place(Pattern format, String path) {
    Matcher matcher = format.matcher(path);
    if (!matcher.matches()) {
      return null;
    }
    boolean adapter = matcher.groupCount() > 1 && matcher.group(2) != null;
    return matcher.group(1) + (adapter ? matcher.group(2) : "");
  }

  private static boolean isWeights(String path) {
    return SAFE.matcher(path).matches() || PICKLED.matcher(path).matches();
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
        && WEIGHTS.stream()
            .anyMatch(name -> Files.isRegularFile(folder.resolve(name)) || hasShards(folder, name));
  }

  private static boolean hasShards(Path folder, String name) {
    Path index = folder.resolve(name + SHARDS);
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
