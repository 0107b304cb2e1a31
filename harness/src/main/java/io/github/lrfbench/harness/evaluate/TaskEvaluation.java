package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueScore;
import io.github.lrfbench.harness.glue.GlueScorer;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The examples of a task, tokenized for one model and ready to be given to it and its compressed
 * versions.
 */
public final class TaskEvaluation {
  private static final int PROBED_EXAMPLES = 200;

  private final TokenizedDataset data;
  private final LabelMap labels;
  private final long seed;

  private TaskEvaluation(TokenizedDataset data, LabelMap labels, long seed) {
    this.data = data;
    this.labels = labels;
    this.seed = seed;
  }

  /**
   * Prepares a task.
   *
   * @param model the dense model; asked where only its predictions tell what its outputs mean
   * @param maxLength sequences are truncated to this many tokens, or to what the model allows
   * @param seed for the bootstrap
   * @throws InputException if the model does not fit the task
   */
  public static TaskEvaluation prepare(
      Model model, Tokenizer tokenizer, GlueDataset dataset, int maxLength, long seed) {
    ModelInfo info = model.info();
    GlueTask task = dataset.task();
    boolean embedding = info.output() == Output.EMBEDDING;
    if (embedding && !(task.isRegression() && task.isPair())) {
      throw new InputException(
          "a sentence encoder compares two sentences; it can be evaluated on stsb, not on "
              + task.name());
    }
    TokenizedDataset data =
        TokenizedDataset.of(dataset, tokenizer, Math.min(maxLength, info.maxLength()), embedding);
    Map<Integer, String> id2label = new HashMap<>();
    for (int i = 0; i < info.labels().size(); i++) {
      id2label.put(i, info.labels().get(i));
    }
    LabelMap labels = LabelMaps.resolve(task, embedding ? 1 : info.labels().size(), id2label);
    if (LabelMaps.isAmbiguous(task, id2label) && dataset.isLabelled()) {
      labels = probe(model, data);
    }
    return new TaskEvaluation(data, labels, seed);
  }

  private static LabelMap probe(Model model, TokenizedDataset data) {
    int count = Math.min(PROBED_EXAMPLES, data.sequences().size());
    TokenizedDataset first =
        new TokenizedDataset(data.dataset(), data.sequences().subList(0, count), List.of());
    float[][] logits = Evaluator.DEFAULT.predict(model, first, done -> {});
    return LabelMaps.probe(
        data.dataset().task(), Arrays.copyOf(data.dataset().labels(), count), logits);
  }

  /** The examples. */
  public GlueDataset dataset() {
    return data.dataset();
  }

  /** What the model's outputs mean, and how that was found. */
  public LabelMap labels() {
    return labels;
  }

  /** Sequences that {@link #run} gives to the model. */
  public int sequences() {
    return data.sequences().size() + data.seconds().size();
  }

  /**
   * Runs a model over the examples.
   *
   * @param progress receives the number of sequences done
   */
  public Result run(Model model, IntConsumer progress) {
    long start = System.nanoTime();
    float[][] outputs = Evaluator.DEFAULT.predict(model, data, progress);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Result(outputs, seconds);
  }

  /**
   * Scores a model's outputs.
   *
   * @throws InputException if an example has no label or an output is not finite
   */
  public GlueScore score(float[][] outputs) {
    return GlueScorer.score(data.dataset(), labels, outputs, seed);
  }

  /**
   * What a model gave.
   *
   * @param outputs [examples][outputs], in the checkpoint's order
   * @param seconds how long it took
   */
  public record Result(float[][] outputs, double seconds) {}
}
