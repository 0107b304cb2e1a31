package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a directory that {@code compress} wrote tells of the model that it was made of.
 *
 * @param source as the user called it
 * @param revision pins its weights
 */
record CompressedFrom(String source, String revision) {
  /**
   * Reads it; empty if the model in a directory was not compressed, or was trained afterwards, by
   * whatever program.
   */
  static Optional<CompressedFrom> of(Path directory) {
    return CheckpointWriter.markOf(directory)
        .filter(mark -> mark.has("method") && !mark.has("task"))
        .map(
            mark ->
                new CompressedFrom(
                    mark.path("source").asText(), mark.path("source_revision").asText()));
  }

  /** The original model's directory, if it is there and unchanged. */
  Optional<Path> directory() {
    try {
      Path directory = Path.of(source);
      return Files.isDirectory(directory) && revision.equals(LoadedModel.revision(directory))
          ? Optional.of(directory)
          : Optional.empty();
    } catch (InvalidPathException | InputException e) {
      // What cannot be read now is not the model that was compressed.
      return Optional.empty();
    }
  }
}
