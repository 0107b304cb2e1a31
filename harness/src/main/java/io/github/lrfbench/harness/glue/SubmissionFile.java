package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file as GLUE's leaderboard takes it for a task: tab-separated {@code index} and {@code
 * prediction} under a header, the label as the task's files spell it, or a score from 0 to 5.
 */
public final class SubmissionFile {
  private static final double LOWEST = 0;
  private static final double HIGHEST = 5;

  private SubmissionFile() {}

  /**
   * Checks that a submission can be made of some examples.
   *
   * @throws InputException if they are not the whole test split of a task of GLUE
   */
  public static void check(GlueDataset dataset) {
    GlueTask task = dataset.task();
    if (task.submission() == null) {
      throw new InputException("--submission: " + task.name() + " is no task of GLUE");
    }
    if (dataset.split() != Split.TEST) {
      throw new InputException(
          "--submission is made of the test split, not of "
              + dataset.split().id()
              + "; give --split test");
    }
    if (dataset.limited()) {
      throw new InputException("--submission needs all examples; leave out --limit");
    }
  }

  /**
   * Writes the task's file into a directory, whole or not at all; an existing one is replaced.
   *
   * @param directory made if it is absent
   * @param dataset the whole test split
   * @param logits in the checkpoint's order [examples][outputs], not modified
   * @throws InputException if the examples are no test split, an output is not finite, or the file
   *     cannot be written
   */
  public static void write(Path directory, GlueDataset dataset, LabelMap map, float[][] logits) {
    check(dataset);
    GlueScorer.requireFinite(dataset, logits);
    GlueTask task = dataset.task();
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be written: " + OneLine.reason(e), e);
    }
    WholeFile.write(
        directory.resolve(task.submission()),
        out -> {
          out.write("index\tprediction\n");
          for (int i = 0; i < logits.length; i++) {
            out.write(dataset.examples().get(i).row() + "\t");
            out.write(task.isRegression() ? score(logits[i][0]) : label(task, map, logits[i]));
            out.write('\n');
          }
        });
  }

  private static String label(GlueTask task, LabelMap map, float[] logits) {
    return task.labels().get(map.predict(logits)).inFile();
  }

  /** Plain decimals: a server may not read exponents. */
  private static String score(float value) {
    return String.format(Locale.ROOT, "%.6f", Math.max(LOWEST, Math.min(HIGHEST, value)));
  }
}
