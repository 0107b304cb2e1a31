package io.github.lrfbench.harness.demo;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of the synthetic tasks, as a user of GLUE files expects them. */
public final class DemoTasks {
  private static final String NOTICE =
      "The files below were made by a program from a grammar and a seed. They are synthetic: laid\n"
          + "out like GLUE tasks, but without a word of GLUE. Results on them say nothing about GLUE.\n";

  private DemoTasks() {}

  /**
   * The root of a task's files below {@code cache}: a directory to use as a GLUE directory, in
   * which the task's folder holds {@code dev.tsv} and {@code train.tsv}. Made where it is not there
   * yet; the root's name holds a hash of the evaluation file, which follows from the program alone.
   *
   * @throws InputException if the cache cannot be written
   */
  public static Path unpack(Path cache, DemoTask task) {
    DemoData data = DemoData.of(task);
    byte[] dev = data.devFile().getBytes(StandardCharsets.UTF_8);
    Path root =
        cache.resolve("demo").resolve(task.taskName() + "-" + CacheFiles.hash(List.of(dev)));
    Path folder = root.resolve(task.folder());
    try {
      CacheFiles.put(root.resolve("SYNTHETIC.txt"), NOTICE.getBytes(StandardCharsets.UTF_8));
      if (!Files.isRegularFile(folder.resolve("train.tsv"))) {
        CacheFiles.put(
            folder.resolve("train.tsv"), data.trainFile().getBytes(StandardCharsets.UTF_8));
      }
      CacheFiles.put(folder.resolve("dev.tsv"), dev);
    } catch (IOException e) {
      throw new InputException(root + ": cannot write the demo data: " + e.getMessage(), e);
    }
    return root;
  }
}
