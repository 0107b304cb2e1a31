package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Understands what the user calls a model. */
public final class ModelSources {
  private ModelSources() {}

  /**
   * The source of a model. One of the hub is taken from the cache if it is there, and fetched else.
   *
   * @param name a directory, {@code hf:owner/name[@revision]}, or a demo model
   * @param cache where the embedded models are unpacked, and those of the hub lie
   * @throws InputException if there is no such model
   */
  public static ModelSource of(String name, Path cache) {
    Optional<DemoModel> demo = DemoModel.of(name);
    if (demo.isPresent()) {
      return new Source(name, task -> demo.get().unpack(cache, task));
    }
    if (name.startsWith("demo:")) {
      String known =
          Arrays.stream(DemoModel.values())
              .map(DemoModel::modelName)
              .collect(Collectors.joining(", "));
      throw new InputException("unknown demo model '" + name + "'; known are " + known);
    }
    if (name.startsWith(HubRepo.PREFIX)) {
      HubRepo repo = HubRepo.model(name);
      return new Source(name, task -> Hub.open(cache, FetchListener.NONE).model(repo).directory());
    }
    Path directory = Path.of(name);
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "model '"
              + name
              + "': "
              + (Files.exists(directory) ? "is a file, not a directory" : "no such directory"));
    }
    return new Source(name, task -> directory);
  }

  private record Source(String name, Function<String, Path> directories) implements ModelSource {
    @Override
    public Path directory(String task) {
      return directories.apply(task);
    }
  }
}
