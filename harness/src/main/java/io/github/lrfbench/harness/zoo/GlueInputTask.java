package io.github.lrfbench.harness.zoo;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
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

  private TaskInput load(Split split, DataSource source, int limit) {
    GlueDataset data = TaskData.load(glue, split, source.glue(), source.cache(), limit);
    return new Input(this, data, source.maxLength());
  }

  @Override
  public TaskModel open(
      Path directory, boolean fromScratch, Gpt2Options options, long seed, Device device) {
    return TaskModel.open(directory, glue, fromScratch, options, seed, device);
  }

  private record Input(Task task, GlueDataset data, int maxLength) implements TaskInput {
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
    public Optional<String> deviation() {
      return data.deviation();
    }

    @Override
    public GlueEvaluation evaluation(Model model, Tokenizer tokenizer, long seed) {
      return GlueEvaluation.prepare(model, tokenizer, data, maxLength, seed);
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
      int length = Math.min(maxLength, Math.min(model.info().maxLength(), tokenizer.maxLength()));
      return LabelledExamples.of(data, tokenizer, ((GlueEvaluation) evaluation).labels(), length);
    }
  }
}
