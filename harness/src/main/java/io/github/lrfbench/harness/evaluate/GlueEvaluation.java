package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GluePredictions;
import io.github.lrfbench.harness.glue.GlueScore;
import io.github.lrfbench.harness.glue.GlueScorer;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.glue.PredictionsFile;
import io.github.lrfbench.harness.glue.SubmissionFile;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The examples of a task, tokenized for one model and ready to be given to it and its compressed
 * versions.
 */
public final class GlueEvaluation implements Evaluation {
  private static final String BELOW_CHANCE = "below_chance";

  private final TokenizedDataset data;
  private final LabelMap labels;
  private final int maxLength;
  private final boolean embedding;
  private final long seed;
  private final Evaluator evaluator;

  private GlueEvaluation(
      TokenizedDataset data,
      LabelMap labels,
      int maxLength,
      boolean embedding,
      long seed,
      Evaluator evaluator) {
    this.data = data;
    this.labels = labels;
    this.maxLength = maxLength;
    this.embedding = embedding;
    this.seed = seed;
    this.evaluator = evaluator;
  }

  /**
   * Prepares a task.
   *
   * @param model the dense model
   * @param labels what its outputs mean
   * @param maxLength sequences are truncated to this many tokens, or to what the model or the
   *     tokenizer allows
   * @param seed for the bootstrap
   */
  public static GlueEvaluation prepare(
      Model model,
      Tokenizer tokenizer,
      GlueDataset dataset,
      LabelMap labels,
      int maxLength,
      long seed) {
    ModelInfo info = model.info();
    boolean embedding = info.output() == Output.EMBEDDING;
    int length = longest(model, tokenizer, maxLength);
    TokenizedDataset data =
        TokenizedDataset.of(dataset, tokenizer, length, embedding, model.device());
    return new GlueEvaluation(data, labels, maxLength, embedding, seed, Evaluator.DEFAULT);
  }

  /**
   * Asks a dense model whose names do not tell what its outputs mean.
   *
   * @param data labelled examples; the first few are taken
   * @return empty if its predictions do not tell it either
   */
  public static Optional<LabelMap> probe(
      Model model, Tokenizer tokenizer, GlueDataset data, int maxLength) {
    GlueDataset first = data.first(LabelMaps.PROBED_EXAMPLES);
    int length = longest(model, tokenizer, maxLength);
    TokenizedDataset tokenized =
        TokenizedDataset.of(first, tokenizer, length, false, model.device());
    return LabelMaps.probe(first, Evaluator.DEFAULT.predict(model, tokenized, done -> {}));
  }

  /** The tokens that a sequence is cut to. */
  public static int longest(Model model, Tokenizer tokenizer, int maxLength) {
    return Math.min(maxLength, Math.min(model.info().maxLength(), tokenizer.maxLength()));
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
  public List<String> outputNames() {
    return labels.classNames(data.dataset().task());
  }

  @Override
  public List<String> notes() {
    return labels.guessed()
        ? List.of("the checkpoint does not say what its outputs mean; taken is: " + labels.origin())
        : List.of();
  }

  @Override
  public List<String> notes(Score score) {
    return score.extra().containsKey(BELOW_CHANCE)
        ? List.of(
            "far below chance on "
                + data.dataset().task().name()
                + ", and the checkpoint does not say what its outputs mean: if they are the other"
                + " way round, name them in 'id2label' of its config.json")
        : List.of();
  }

  @Override
  public GlueEvaluation inBatchesOf(int sequences) {
    Evaluator smaller = new Evaluator(sequences, evaluator.maxTokens());
    return new GlueEvaluation(data, labels, maxLength, embedding, seed, smaller);
  }

  @Override
  public int size() {
    return data.sequences().size() + data.seconds().size();
  }

  @Override
  public List<TokenSequence> inputs() {
    return embedding ? List.of() : data.sequences();
  }

  @Override
  public Outcome run(Model model, IntConsumer progress) {
    long start = System.nanoTime();
    float[][] outputs = evaluator.predict(model, data, progress);
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
      values.put(ScoreColumns.ACCURACY, score.accuracy());
      values.put(ScoreColumns.F1, score.f1());
      values.put(ScoreColumns.MCC, score.mcc());
      values.put(ScoreColumns.PEARSON, score.pearson());
      values.put(ScoreColumns.SPEARMAN, score.spearman());
      if (!embedding) {
        values.put(ScoreColumns.LOSS, score.loss());
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
      if (labels.guessed() && score.belowChance()) {
        extra.put(BELOW_CHANCE, true);
      }
      return new Score(
          score.metricName(), score.metric(), score.standardError(), true, values, extra);
    }

    @Override
    public void writePredictions(Path file) {
      PredictionsFile.write(file, data.dataset(), labels, outputs);
    }

    @Override
    public List<Prediction> predictions() {
      return GluePredictions.of(data.dataset(), labels, outputs);
    }

    @Override
    public void writeSubmission(Path directory) {
      SubmissionFile.write(directory, data.dataset(), labels, outputs);
    }
  }
}
