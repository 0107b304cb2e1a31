package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.harness.source.ModelSource;
import io.github.lrfbench.harness.source.ModelSources;
import java.nio.file.Path;

/** Models as commands name them; those of the hub are fetched at once, with progress. */
final class HubModels {
  private HubModels() {}

  /**
   * The source of a model, in the cache if it is one of the hub.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no such model
   */
  static ModelSource source(String name) {
    Path cache = Natives.cacheFolder();
    if (name.startsWith(HubRepo.PREFIX)) {
      try (FetchProgress progress = new FetchProgress()) {
        Hub.open(cache, progress).model(HubRepo.model(name));
      }
    }
    return ModelSources.of(name, cache);
  }
}
