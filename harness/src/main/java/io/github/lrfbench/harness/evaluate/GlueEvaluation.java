package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueScore;
import io.github.lrfbench.harness.glue.GlueScorer;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.glue.PredictionsFile;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The examples of a task, tokenized for one model and ready to be given to it and its compressed
 * versions.
 */
public final class GlueEvaluation implements Evaluation {
  private static final int PROBED_EXAMPLES = 200;

  private final TokenizedDataset data;
  private final LabelMap labels;
  private final int maxLength;
  private final boolean embedding;
  private final long seed;

  private GlueEvaluation(
      TokenizedDataset data, LabelMap labels, int maxLength, boolean embedding, long seed) {
    this.data = data;
    this.labels = labels;
    this.maxLength = maxLength;
    this.embedding = embedding;
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
  public static GlueEvaluation prepare(
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
    return new GlueEvaluation(data, labels, maxLength, embedding, seed);
  }

  private static LabelMap probe(Model model, TokenizedDataset data) {
    int count = Math.min(PROBED_EXAMPLES, data.sequences().size());
    TokenizedDataset first =
        new TokenizedDataset(data.dataset(), data.sequences().subList(0, count), List.of());
    float[][] logits = Evaluator.DEFAULT.predict(model, first, done -> {});
    return LabelMaps.probe(
        data.dataset().task(), Arrays.copyOf(data.dataset().labels(), count), logits);
  }

  /** What the model's outputs mean, and how that was found. */
  public LabelMap labels() {
    return labels;
  }

  @Override
  public DataFacts facts() {
    GlueDataset dataset = data.dataset();
    Map<String, Object> extra = new HashMap<>();
    extra.put("max_length", maxLength);
    extra.put("labels", labels.origin());
    if (dataset.task().synthetic()) {
      extra.put("synthetic", true);
    }
    if (dataset.skippedRows() > 0) {
      extra.put("skipped_rows", dataset.skippedRows());
    }
    return new DataFacts(
        dataset.task().name(),
        dataset.split().id(),
        dataset.examples().size(),
        dataset.sha256(),
        "",
        extra);
  }

  @Override
  public int size() {
    return data.sequences().size() + data.seconds().size();
  }

  @Override
  public Outcome run(Model model, IntConsumer progress) {
    long start = System.nanoTime();
    float[][] outputs = Evaluator.DEFAULT.predict(model, data, progress);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Predicted(outputs, seconds);
  }

  private final class Predicted implements Outcome {
    private final float[][] outputs;
    private final double seconds;

    Predicted(float[][] outputs, double seconds) {
      this.outputs = outputs;
      this.seconds = seconds;
    }

    @Override
    public double seconds() {
      return seconds;
    }

    @Override
    public Score score() {
      GlueScore score = GlueScorer.score(data.dataset(), labels, outputs, seed);
      Map<Column<Double>, Double> values = new LinkedHashMap<>();
      values.put(RunColumns.ACCURACY, score.accuracy());
      values.put(RunColumns.F1, score.f1());
      values.put(RunColumns.MCC, score.mcc());
      values.put(RunColumns.PEARSON, score.pearson());
      values.put(RunColumns.SPEARMAN, score.spearman());
      if (!embedding) {
        values.put(RunColumns.LOSS, score.loss());
      }
      values.values().removeIf(value -> value.isNaN());
      Map<String, Object> extra = new HashMap<>();
      if (score.collapsed() || score.examples() == 1) {
        // Of one example a model predicts one class, whatever it is worth.
        extra.put("collapsed", true);
      }
      if (Double.isNaN(score.metric())) {
        extra.put(
            "metric_undefined",
            score.examples() == 1 ? "there is one example" : "all labels are equal");
      }
      return new Score(
          score.metricName(), score.metric(), score.standardError(), true, values, extra);
    }

    @Override
    public void writePredictions(Path file) {
      PredictionsFile.write(file, data.dataset(), labels, outputs);
    }
  }
}
