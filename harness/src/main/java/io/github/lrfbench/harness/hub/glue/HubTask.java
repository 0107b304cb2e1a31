package io.github.lrfbench.harness.hub.glue;

import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.Split;
import java.util.Map;

/**
 * How the data set nyu-mll/glue names what a task's official files hold.
 *
 * @param folder its folder in the repository
 * @param first column of the first text
 * @param second column of the second text, or null
 * @param splits names of the splits
 */
record HubTask(String folder, String first, String second, Map<Split, String> splits) {
  private static final Map<Split, String> SPLITS =
      Map.of(Split.TRAIN, "train", Split.DEV, "validation", Split.TEST, "test");

  /** The names of a task. */
  static HubTask of(GlueTask task) {
    return switch (task.name()) {
      case "cola", "sst2" -> new HubTask(task.name(), "sentence", null, SPLITS);
      case "qqp" -> new HubTask("qqp", "question1", "question2", SPLITS);
      case "qnli" -> new HubTask("qnli", "question", "sentence", SPLITS);
      case "mnli" -> mnli("matched");
      case "mnli-mm" -> mnli("mismatched");
      case "ax" -> new HubTask("ax", "premise", "hypothesis", Map.of(Split.TEST, "test"));
      default -> new HubTask(task.name(), "sentence1", "sentence2", SPLITS);
    };
  }

  private static HubTask mnli(String genre) {
    Map<Split, String> splits =
        Map.of(
            Split.TRAIN, "train",
            Split.DEV, "validation_" + genre,
            Split.TEST, "test_" + genre);
    return new HubTask("mnli", "premise", "hypothesis", splits);
  }

  /** True for the files of a split, of which large ones have several. */
  boolean isPartOf(Split split, String path) {
    return path.matches(folder + "/" + splits.get(split) + "-\\d+-of-\\d+\\.parquet");
  }

  /** True for the files of any split. */
  boolean isPart(String path) {
    return splits.keySet().stream().anyMatch(split -> isPartOf(split, path));
  }
}
