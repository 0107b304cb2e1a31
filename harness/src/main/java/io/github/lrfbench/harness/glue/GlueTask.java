package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.glue.metric.GlueMetric;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A task of GLUE (Wang et al. 2019, "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural
 * Language Understanding"), or one that imitates it.
 *
 * @param name what {@code --task} calls it
 * @param folder its folder under the GLUE directory
 * @param files its file for each split that it has
 * @param labels its classes in the order of the Hugging Face data set; empty for a regression task,
 *     whose scores go from 0 to 5
 * @param metric what GLUE reports for it
 * @param skipsShortRows whether rows with too few fields are known faults of the official files,
 *     skipped and counted, rather than errors
 * @param synthetic whether its data is made up, and to be labelled so
 * @param submission what GLUE's leaderboard calls the file of its test split; null if it is none of
 *     the leaderboard's
 */
public record GlueTask(
    String name,
    String folder,
    Map<Split, GlueFile> files,
    List<GlueLabel> labels,
    GlueMetric metric,
    boolean skipsShortRows,
    boolean synthetic,
    String submission) {
  /** Copies the collections. */
  public GlueTask {
    files = Map.copyOf(files);
    labels = List.copyOf(labels);
    if (labels.isEmpty() != (metric == GlueMetric.PEARSON_SPEARMAN)) {
      throw new IllegalArgumentException(name + ": " + metric + " with labels " + labels);
    }
  }

  /** Whether the label is a score. */
  public boolean isRegression() {
    return labels.isEmpty();
  }

  /** Whether an example has two texts. */
  public boolean isPair() {
    return files.values().stream().anyMatch(file -> file.layout().second() != TsvLayout.NONE);
  }

  /** How many numbers a model gives for an example: one for each class, or the score. */
  public int outputs() {
    return isRegression() ? 1 : labels.size();
  }

  /** The classes' names, in order; empty for a regression task. */
  public List<String> labelNames() {
    return labels.stream().map(GlueLabel::name).toList();
  }

  /** The split that models are compared on: dev, or test where there is no dev. */
  public Split evaluationSplit() {
    return files.containsKey(Split.DEV) ? Split.DEV : Split.TEST;
  }

  /** A synthetic task that has this one's columns, labels and metric, but files of its own. */
  public GlueTask imitation(String itsName, String itsFolder) {
    Map<Split, GlueFile> itsFiles =
        files.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    entry -> new GlueFile(entry.getValue().names(), entry.getValue().layout(), 0)));
    return new GlueTask(itsName, itsFolder, itsFiles, labels, metric, false, true, null);
  }

  /** The file of a split. */
  GlueFile file(Split split) {
    GlueFile file = files.get(split);
    if (file == null) {
      String known =
          files.keySet().stream().sorted().map(Split::id).collect(Collectors.joining(", "));
      throw new InputException("task " + name + " has no " + split.id() + " split, only " + known);
    }
    return file;
  }
}
