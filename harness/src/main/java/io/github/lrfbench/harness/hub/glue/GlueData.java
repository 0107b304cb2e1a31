package io.github.lrfbench.harness.hub.glue;

import io.github.lrfbench.harness.glue.GlueFile;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.harness.hub.Snapshot;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    // Two tasks may have one file, as MNLI's training examples.
    Set<Path> done = new HashSet<>();
    for (GlueTask task : tasks) {
      for (Map.Entry<Split, GlueFile> file : task.files().entrySet()) {
        Path target = target(projectCache, task, file.getValue());
        if (done.add(target)) {
          write(task, file.getKey(), file.getValue(), snapshot.directory(), target, listener);
        }
      }
    }
    return folder(projectCache);
  }

  private static Path target(Path projectCache, GlueTask task, GlueFile file) {
    return folder(projectCache).resolve(task.folder()).resolve(file.names().get(0));
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
      Path target,
      FetchListener listener) {
    HubTask names = HubTask.of(task);
    List<Path> parts = parts(names, split, snapshot);
    if (parts.isEmpty()) {
      throw Faults.of(
          snapshot,
          "the data set has no " + names.splits().get(split) + " split of " + task.name());
    }
    try {
      Files.createDirectories(target.getParent());
    } catch (IOException e) {
      throw Faults.cannotWrite(target, e);
    }
    OfficialFile[] written = new OfficialFile[1];
    WholeFile.write(
        target,
        out -> {
          written[0] = new OfficialFile(task, names, file.layout(), out);
          for (Path part : parts) {
            ParquetTexts.read(part, written[0]::add);
          }
        });
    if (written[0].changed() > 0) {
      listener.note(
          target + ": tabs and line breaks in " + written[0].changed() + " texts became spaces");
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
