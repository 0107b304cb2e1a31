package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the outputs of a model mean in a task: by their names, and where these leave it open, by
 * what the dense model predicts for labelled examples of the task. These are the first of its dev
 * set, however few are evaluated, so that what is found depends on nothing but model and task.
 *
 * @param task the task
 * @param source where its data is
 */
record LabelOrder(GlueTask task, DataSource source) {
  private static final List<Split> LABELLED = List.of(Split.DEV, Split.TRAIN);

  /**
   * By the names alone; outputs without names are taken as numbered.
   *
   * @throws InputException if the model does not fit the task
   */
  LabelMap byName(Model model, List<String> names) {
    boolean embedding = model.info().output() == Output.EMBEDDING;
    if (embedding && !(task.isRegression() && task.isPair())) {
      throw new InputException(
          "a sentence encoder compares two sentences; it can be evaluated on stsb, not on "
              + task.name());
    }
    return LabelMaps.resolve(task, embedding ? 1 : names.size(), id2label(names));
  }

  /** Whether names of as many outputs as the task has labels leave open what they mean. */
  boolean isOpen(List<String> names) {
    return names.size() == task.outputs() && LabelMaps.isAmbiguous(task, id2label(names));
  }

  /**
   * By the names or by predictions; empty if neither tells it.
   *
   * @param names of the outputs, in the model's order
   */
  Optional<LabelMap> find(Model model, Tokenizer tokenizer, List<String> names) {
    LabelMap named = byName(model, names);
    return isOpen(names)
        ? labelled().flatMap(d -> GlueEvaluation.probe(model, tokenizer, d, source.maxLength()))
        : Optional.of(named);
  }

  /**
   * Of a loaded directory; what {@code compress} wrote is not asked, but the model that it was made
   * of, where that is still at its place.
   */
  Optional<LabelMap> find(LoadedModel loaded) {
    Model model = loaded.model();
    LabelMap named = byName(model, model.info().labels());
    if (!isOpen(model.info().labels())) {
      return Optional.of(named);
    }
    Optional<CompressedFrom> from = CompressedFrom.of(loaded.transformer());
    return from.isPresent()
        ? from.get().directory().flatMap(dense -> findIn(dense, model.device()))
        : find(model, loaded.tokenizer(), model.info().labels());
  }

  private Optional<LabelMap> findIn(Path dense, Device device) {
    try (LoadedModel loaded = LoadedModel.open(dense, device)) {
      boolean original = CompressedFrom.of(loaded.transformer()).isEmpty();
      return original
          ? find(loaded.model(), loaded.tokenizer(), loaded.model().info().labels())
          : Optional.empty();
    }
  }

  /** As numbered, which is the best guess where nothing is known, and may be wrong. */
  LabelMap unknown(Model model, List<String> names) {
    LabelMap numbered = byName(model, names);
    return new LabelMap(
        numbered.outputNames(),
        numbered.toClass(),
        "the order of " + String.join(", ", names) + " is not known; " + numbered.origin());
  }

  /** The refusal to score outputs that may mean anything. */
  InputException failure(Path directory, List<String> names) {
    String why =
        directory != null && CompressedFrom.of(directory).isPresent()
            ? "the model that it was compressed from is not at hand to show it; give 'lrfbench"
                + " compress' --task "
                + task.name()
                + " and its data, or "
            : "what it predicts for the first "
                + LabelMaps.PROBED_EXAMPLES
                + " labelled examples does not show it beyond chance; ";
    return Faults.of(
        directory == null ? Path.of("config.json") : directory.resolve("config.json"),
        "'id2label' does not say which of "
            + String.join(", ", task.labelNames())
            + " the outputs "
            + String.join(", ", names)
            + " mean, and "
            + why
            + "name them there");
  }

  /** Labelled examples of the task, or of another with the same labels (MNLI for AX). */
  private Optional<GlueDataset> labelled() {
    List<GlueTask> alike =
        TaskData.known().all().stream()
            .filter(other -> other.labels().equals(task.labels()))
            .filter(other -> other.synthetic() == task.synthetic())
            .sorted(
                (a, b) ->
                    Boolean.compare(b.name().equals(task.name()), a.name().equals(task.name())))
            .toList();
    for (GlueTask each : alike) {
      for (Split split : LABELLED) {
        Optional<GlueDataset> data =
            TaskData.find(each, split, source.glue(), source.cache(), LabelMaps.PROBED_EXAMPLES);
        if (data.filter(GlueDataset::isLabelled).isPresent()) {
          return data;
        }
      }
    }
    return Optional.empty();
  }

  private static Map<Integer, String> id2label(List<String> names) {
    Map<Integer, String> map = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      map.put(i, names.get(i));
    }
    return map;
  }
}
