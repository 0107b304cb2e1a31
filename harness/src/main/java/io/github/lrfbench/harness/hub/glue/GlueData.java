package io.github.lrfbench.harness.hub.glue;

import io.github.lrfbench.harness.glue.GlueFile;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.harness.hub.Snapshot;
import io.github.lrfbench.harness.input.Faults;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Fetches GLUE (Wang et al. 2019) from the data set nyu-mll/glue, whose Parquet files become the
 * official TSV files below the project's cache.
 */
public final class GlueData {
  private static final HubRepo REPOSITORY = HubRepo.dataset("nyu-mll/glue");

  private GlueData() {}

  /** Where the files lie, or will: a folder to be used as the GLUE directory. */
  public static Path folder(Path projectCache) {
    return projectCache.resolve("glue");
  }

  /**
   * Fetches tasks. Files that are there are written anew, each in one step.
   *
   * @return the folder that holds the tasks' folders
   * @throws io.github.lrfbench.kernels.InputException if a file cannot be written
   * @throws io.github.lrfbench.harness.hub.HubException if the hub fails
   */
  public static Path fetch(
      Hub hub, List<GlueTask> tasks, Path projectCache, FetchListener listener) {
    List<HubTask> names = tasks.stream().map(HubTask::of).toList();
    Snapshot snapshot =
        hub.dataset(
            REPOSITORY,
            path -> names.stream().anyMatch(task -> task.isPart(path)),
            directory -> names.stream().allMatch(task -> hasAll(task, directory)));
    for (GlueTask task : tasks) {
      for (Map.Entry<Split, GlueFile> file : task.files().entrySet()) {
        write(task, file.getKey(), file.getValue(), snapshot.directory(), projectCache, listener);
      }
    }
    return folder(projectCache);
  }

  private static boolean hasAll(HubTask task, Path directory) {
    return task.splits().keySet().stream()
        .noneMatch(split -> parts(task, split, directory).isEmpty());
  }

  private static void write(
      GlueTask task,
      Split split,
      GlueFile file,
      Path snapshot,
      Path projectCache,
      FetchListener listener) {
    HubTask names = HubTask.of(task);
    Path target = folder(projectCache).resolve(task.folder()).resolve(file.names().get(0));
    List<Path> parts = parts(names, split, snapshot);
    if (parts.isEmpty()) {
      throw Faults.of(
          snapshot,
          "the data set has no " + names.splits().get(split) + " split of " + task.name());
    }
    try {
      Path directory = Files.createDirectories(target.getParent());
      Path whole = Files.createTempFile(directory, "." + target.getFileName(), ".tmp");
      try {
        OfficialFile written;
        try (BufferedWriter out = Files.newBufferedWriter(whole)) {
          written = new OfficialFile(task, names, file.layout(), out);
          for (Path part : parts) {
            ParquetTexts.read(part, written::add);
          }
        }
        if (written.changed() > 0) {
          listener.note(
              target + ": tabs and line breaks in " + written.changed() + " texts became spaces");
        }
        Files.move(
            whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (IOException e) {
      throw Faults.cannotWrite(target, e);
    }
  }

  /** The files of a split, in order. */
  private static List<Path> parts(HubTask task, Split split, Path snapshot) {
    Path folder = snapshot.resolve(task.folder());
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> task.isPartOf(split, task.folder() + "/" + file.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw Faults.of(folder, e);
    }
  }
}
