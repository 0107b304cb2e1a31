package io.github.lrfbench.harness.zoo;

import io.github.lrfbench.harness.demo.DemoModels;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Understands what the user calls a model. */
public final class ModelSources {
  /** The embedded BERT, fine-tuned on the demo task at hand. */
  public static final String DEMO_BERT = "demo:bert";

  private ModelSources() {}

  /**
   * The source of a model. One of the hub is taken from the cache if it is there, and fetched else.
   *
   * @param name a directory, {@code hf:owner/name[@revision]}, or {@code demo:bert}
   * @param cache where the embedded models are unpacked, and those of the hub lie
   * @throws InputException if there is no such model
   */
  public static ModelSource of(String name, Path cache) {
    if (name.equals(DEMO_BERT)) {
      return new Source(name, task -> DemoModels.unpack(cache, DemoTask.of(task)));
    }
    if (name.startsWith("demo:")) {
      throw new InputException("unknown demo model '" + name + "'; there is " + DEMO_BERT);
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
