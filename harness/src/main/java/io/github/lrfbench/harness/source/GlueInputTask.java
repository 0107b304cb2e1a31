package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.glue.SubmissionFile;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A task of GLUE, or one that imitates it.
 *
 * @param glue its columns, labels and metric
 */
record GlueInputTask(GlueTask glue) implements Task {
  @Override
  public String name() {
    return glue.name();
  }

  @Override
  public String description() {
    String origin =
        glue.synthetic() ? "synthetic, made by lrfbench" : "--glue DIR, in DIR/" + glue.folder();
    String labels =
        glue.isRegression() ? "a score from 0 to 5" : String.join(" or ", glue.labelNames());
    return (glue.isPair() ? "two sentences: " : "a sentence: ")
        + labels
        + "; "
        + glue.metric().id()
        + "; "
        + origin;
  }

  @Override
  public TaskInput load(DataSource source, int limit) {
    return load(glue.evaluationSplit(), source, limit);
  }

  @Override
  public TaskInput loadTraining(DataSource source, int limit) {
    return load(Split.TRAIN, source, limit);
  }

  @Override
  public TaskInput load(Split split, DataSource source, int limit) {
    GlueDataset data = TaskData.load(glue, split, source.glue(), source.cache(), limit);
    return new Input(this, data, new LabelOrder(glue, source), false);
  }

  @Override
  public List<String> findOutputNames(LoadedModel dense, DataSource source) {
    LabelOrder order = new LabelOrder(glue, source);
    return order.isOpen(dense.model().info().labels())
        ? order.find(dense).map(map -> map.classNames(glue)).orElse(List.of())
        : List.of();
  }

  @Override
  public TaskModel open(Path directory, TrainingStart start, Device device) {
    return TaskModel.open(directory, glue, start, device);
  }

  /**
   * Data with what is known of outputs.
   *
   * @param submitted whether what is predicted must be certain to mean what it seems to
   */
  private record Input(Task task, GlueDataset data, LabelOrder order, boolean submitted)
      implements TaskInput {
    @Override
    public String source() {
      return data.source();
    }

    @Override
    public String sha256() {
      return data.sha256();
    }

    @Override
    public boolean isScored() {
      return data.isLabelled();
    }

    @Override
    public TaskInput forSubmission() {
      SubmissionFile.check(data);
      return new Input(task, data, order, true);
    }

    @Override
    public Optional<String> deviation() {
      return data.deviation();
    }

    @Override
    public Evaluation evaluation(Model model, Tokenizer tokenizer, List<String> names, long seed) {
      LabelMap labels =
          order.find(model, tokenizer, names).orElseGet(() -> unknown(model, names, null));
      return prepare(model, tokenizer, labels, seed);
    }

    @Override
    public Evaluation evaluation(LoadedModel loaded, long seed) {
      Model model = loaded.model();
      LabelMap labels =
          order
              .find(loaded)
              .orElseGet(() -> unknown(model, model.info().labels(), loaded.transformer()));
      return prepare(model, loaded.tokenizer(), labels, seed);
    }

    @Override
    public Evaluation evaluation(TaskModel learner, long seed) {
      Model model = learner.model();
      List<String> names = model.info().labels();
      LabelMap numbered = order.byName(model, names);
      LabelMap labels =
          learner.drawn().isEmpty()
              ? order.find(model, learner.tokenizer(), names).orElse(numbered)
              : numbered;
      return prepare(model, learner.tokenizer(), labels, seed);
    }

    private Evaluation prepare(Model model, Tokenizer tokenizer, LabelMap labels, long seed) {
      int length = order.source().maxLength();
      return GlueEvaluation.prepare(model, tokenizer, data, labels, length, seed);
    }

    /** What is not known is told of predictions, but neither scored nor submitted. */
    private LabelMap unknown(Model model, List<String> names, Path directory) {
      if (submitted || data.isLabelled()) {
        throw order.failure(directory, names);
      }
      return order.unknown(model, names);
    }

    @Override
    public TrainingSet examples(Model model, Tokenizer tokenizer, Evaluation evaluation) {
      if (model.info().output() == Output.EMBEDDING) {
        throw new InputException(
            "a sentence encoder has no loss on "
                + task.name()
                + "; fine-tune it with 'lrfbench finetune' first");
      }
      if (model.info().score() != ScoreFunction.IDENTITY) {
        throw new InputException(
            "a cross-encoder whose score goes through a sigmoid has no loss on "
                + task.name()
                + "; fine-tune it with 'lrfbench finetune' first");
      }
      int length = GlueEvaluation.longest(model, tokenizer, order.source().maxLength());
      return LabelledExamples.of(data, tokenizer, ((GlueEvaluation) evaluation).labels(), length);
    }
  }
}
