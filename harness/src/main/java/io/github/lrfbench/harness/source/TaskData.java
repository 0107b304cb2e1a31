package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.demo.DemoTasks;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueReader;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.hub.glue.GlueData;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds tasks and reads their data: official ones from the user's directory, demo ones from the
 * generator.
 */
public final class TaskData {
  private static final String PREFIX = "demo-";

  private TaskData() {}

  /** All tasks that can be named. */
  public static GlueTasks known() {
    GlueTasks official = GlueTasks.official();
    GlueTask[] demo =
        Arrays.stream(DemoTask.values())
            .map(
                task ->
                    official
                        .get(task.taskName().substring(PREFIX.length()))
                        .imitation(task.taskName(), task.folder()))
            .toArray(GlueTask[]::new);
    return official.with(demo);
  }

  /**
   * The tasks of these names.
   *
   * @throws InputException if there is none of a name
   */
  public static List<GlueTask> tasks(List<String> names) {
    GlueTasks known = known();
    return names.stream().map(known::get).toList();
  }

  /**
   * Reads the split that models are compared on.
   *
   * @param glue directory of the official data, or null for what was fetched
   * @param cache where the demo data is generated, and what is fetched lies
   * @param limit first examples to take; 0 takes all
   * @throws InputException if the data is missing or wrong
   */
  public static GlueDataset load(GlueTask task, Path glue, Path cache, int limit) {
    return load(task, task.evaluationSplit(), glue, cache, limit);
  }

  /** Reads any split of a task. */
  public static GlueDataset load(GlueTask task, Split split, Path glue, Path cache, int limit) {
    Path directory = folder(task, glue, cache);
    if (directory == null) {
      throw new InputException(
          "task "
              + task.name()
              + " needs the GLUE data: 'lrfbench fetch glue:"
              + task.name()
              + "' fetches it, or give the directory that holds "
              + task.folder()
              + "/ with --glue");
    }
    return GlueReader.read(directory, task, split, limit == 0 ? GlueReader.ALL : limit);
  }

  /** Reads a split of a task if there is such a file; otherwise as the other methods do. */
  static Optional<GlueDataset> find(GlueTask task, Split split, Path glue, Path cache, int limit) {
    Path directory = folder(task, glue, cache);
    return directory != null && GlueReader.exists(directory, task, split)
        ? Optional.of(GlueReader.read(directory, task, split, limit))
        : Optional.empty();
  }

  /** The directory of a task's folder; null if the user has given none and none was fetched. */
  private static Path folder(GlueTask task, Path glue, Path cache) {
    if (task.synthetic()) {
      return DemoTasks.unpack(cache, DemoTask.of(task.name()));
    }
    if (glue != null) {
      return glue;
    }
    Path fetched = GlueData.folder(cache);
    return Files.isDirectory(fetched.resolve(task.folder())) ? fetched : null;
  }
}
