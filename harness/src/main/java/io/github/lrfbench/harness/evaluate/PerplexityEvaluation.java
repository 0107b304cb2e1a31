package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.glue.metric.Bootstrap;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.harness.lm.LmText;
import io.github.lrfbench.harness.lm.TextWindow;
import io.github.lrfbench.harness.lm.WindowKind;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The perplexity of a language model on a text: the exponential of the mean negative log likelihood
 * of its tokens, each given up to {@code context} tokens before it. {@link WindowKind} says which
 * tokens count.
 */
public final class PerplexityEvaluation implements Evaluation {
  /** The name of the metric. */
  public static final String METRIC = "perplexity";

  private static final int MAX_TOKENS = 2048;

  /** Rows of logits at a time: each has as many numbers as the vocabulary. */
  private static final int MAX_ROWS = 256;

  private final DataFacts facts;
  private final int[] tokens;
  private final List<TextWindow> windows;
  private final long bytes;
  private final int maxWindows;
  private final long seed;

  private PerplexityEvaluation(
      DataFacts facts,
      int[] tokens,
      List<TextWindow> windows,
      long bytes,
      int maxWindows,
      long seed) {
    this.facts = facts;
    this.tokens = tokens;
    this.windows = windows;
    this.bytes = bytes;
    this.maxWindows = maxWindows;
    this.seed = seed;
  }

  /**
   * Prepares a text.
   *
   * @param model a language model
   * @param text what it is to predict
   * @param task the task's name
   * @param split which part of the task's data the text is; null if it has no parts
   * @param kind which tokens count
   * @param context the most tokens that one is predicted from; 0 for what the model allows
   * @param stride how far a window goes on; 0 for the context
   * @param limit the most windows; 0 for all
   * @param seed for the bootstrap
   * @throws InputException if model, tokenizer, text and numbers do not fit each other
   */
  public static PerplexityEvaluation prepare(
      Model model,
      Tokenizer tokenizer,
      LmText text,
      String task,
      String split,
      WindowKind kind,
      int context,
      int stride,
      int limit,
      long seed) {
    LanguageModels.require(model, tokenizer, "task " + task);
    int length = LanguageModels.context(model, context);
    int step = stride == 0 ? length : stride;
    if (step < 0 || step > length) {
      throw new InputException(
          "--stride must be from 1 to the context of " + length + " tokens, but is " + stride);
    }
    int[] tokens = text.tokens(tokenizer);
    if (kind == WindowKind.ROLLING) {
      tokens = prefixed(tokens, tokenizer);
    }
    List<TextWindow> windows = windows(kind, tokens.length, length, step);
    if (limit > 0 && limit < windows.size()) {
      windows = windows.subList(0, limit);
    }
    int read = windows.get(windows.size() - 1).end() + 1;
    String covered =
        read < tokens.length ? tokenizer.decode(Arrays.copyOf(tokens, read)) : text.text();
    long bytes = covered.getBytes(StandardCharsets.UTF_8).length;
    DataFacts facts =
        new DataFacts(
            task,
            split,
            windows.size(),
            text.sha256(),
            // Sliding windows go without a name, which they had before there were others.
            (kind == WindowKind.SLIDING ? "" : "windows=" + kind.label() + " ")
                + "context="
                + length
                + " stride="
                + step
                + " text="
                + text.sha256(),
            Map.of("windows", kind.label(), "context", length, "stride", step));
    return new PerplexityEvaluation(
        facts, tokens, List.copyOf(windows), bytes, Integer.MAX_VALUE, seed);
  }

  private static List<TextWindow> windows(WindowKind kind, int tokens, int context, int stride) {
    if (kind == WindowKind.TRANSFORMERS) {
      if (context < 2) {
        throw new InputException("--windows transformers needs a --context of 2 tokens or more");
      }
      return TextWindow.ofTransformers(tokens, context, stride);
    }
    if (kind == WindowKind.ROLLING && stride != context) {
      throw new InputException(
          "--windows rolling goes on by the context of "
              + context
              + " tokens; it does not go with --stride "
              + stride);
    }
    return TextWindow.over(tokens, context, stride);
  }

  /** The tokens behind the one that begins texts. */
  private static int[] prefixed(int[] tokens, Tokenizer tokenizer) {
    int prefix =
        tokenizer
            .prefixToken()
            .orElseThrow(
                () ->
                    new InputException(
                        "--windows rolling needs a tokenizer with a token that begins texts"));
    int[] prefixed = new int[tokens.length + 1];
    prefixed[0] = prefix;
    System.arraycopy(tokens, 0, prefixed, 1, tokens.length);
    return prefixed;
  }

  @Override
  public DataFacts facts() {
    return facts;
  }

  @Override
  public PerplexityEvaluation inBatchesOf(int sequences) {
    return new PerplexityEvaluation(facts, tokens, windows, bytes, sequences, seed);
  }

  @Override
  public int size() {
    return windows.size();
  }

  @Override
  public Outcome run(Model model, IntConsumer progress) {
    CausalModel causal = (CausalModel) model;
    HeadAgreement agreement =
        causal.ownHead() instanceof PreviewLinear preview ? new HeadAgreement(preview) : null;
    long start = System.nanoTime();
    double[] nats = new double[windows.size()];
    model.device().withSteadyWeights(() -> addAll(causal, nats, agreement, progress));
    long beside = agreement == null ? 0 : agreement.nanos();
    double seconds = (System.nanoTime() - start - beside) / 1e9;
    Map<String, Object> ofHead = agreement == null ? Map.of() : agreement.told();
    return new Scored(score(nats, ofHead), seconds);
  }

  private void addAll(
      CausalModel model, double[] nats, HeadAgreement agreement, IntConsumer progress) {
    int done = 0;
    while (done < windows.size()) {
      int end = done + 1;
      int total = windows.get(done).length();
      while (end < windows.size()
          && end - done < maxWindows
          && total + windows.get(end).length() <= MAX_TOKENS) {
        total += windows.get(end).length();
        end++;
      }
      addNats(model, done, end, nats, agreement);
      done = end;
      progress.accept(done);
    }
  }

  private void addNats(
      CausalModel model, int from, int to, double[] nats, HeadAgreement agreement) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (TextWindow window : windows.subList(from, to)) {
      int[] ids = Arrays.copyOfRange(tokens, window.begin(), window.end());
      sequences.add(new TokenSequence(ids, new int[ids.length]));
    }
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      Matrix states = model.states(ops, TokenBatch.of(scope, sequences));
      int offset = 0;
      for (int w = from; w < to; w++) {
        TextWindow window = windows.get(w);
        for (int t = window.firstScored(); t < window.end(); t += MAX_ROWS) {
          int end = Math.min(window.end(), t + MAX_ROWS);
          Matrix rows = states.rows(offset + t - window.begin(), offset + end - window.begin());
          nats[w] += sum(ops, model, rows, Arrays.copyOfRange(tokens, t + 1, end + 1));
          if (agreement != null) {
            agreement.add(ops, rows);
          }
        }
        offset += window.length();
      }
    }
  }

  /** The sum of the negative log likelihoods of what follows some rows. */
  private static double sum(Ops ops, CausalModel model, Matrix rows, int[] targets) {
    try (Ops frame = ops.frame();
        Scope scope = model.device().openScope()) {
      Tensor logits = model.logits(frame, rows);
      Tensor losses = scope.allocate(logits.dtype(), targets.length);
      frame.crossEntropy(Matrix.of(logits), scope.ints(targets, targets.length), losses);
      double sum = 0;
      for (float loss : losses.toFloats()) {
        sum += loss;
      }
      return sum;
    }
  }

  private Score score(double[] nats, Map<String, Object> ofHead) {
    double[] weighted = new double[nats.length];
    for (int w = 0; w < nats.length; w++) {
      TextWindow window = windows.get(w);
      // Where a window's tokens count once there is nothing to round.
      weighted[w] =
          window.weight() == window.scored()
              ? nats[w]
              : nats[w] / window.scored() * window.weight();
    }
    double total = Arrays.stream(weighted).sum();
    long count = windows.stream().mapToLong(TextWindow::weight).sum();
    double mean = total / count;
    double perplexity = Math.exp(mean);
    if (Double.isNaN(mean)) {
      throw new InputException("the model's likelihood of a token is no number");
    }
    Map<Column<Double>, Double> values = new LinkedHashMap<>();
    values.put(ScoreColumns.PERPLEXITY, perplexity);
    values.put(ScoreColumns.LOSS, mean);
    Map<String, Object> extra = new LinkedHashMap<>();
    extra.put("nats_per_token", mean);
    extra.put("bits_per_byte", bits(total, count, mean) / bytes);
    extra.put("tokens", count);
    extra.put("bytes", bytes);
    extra.putAll(ofHead);
    return new Score(METRIC, perplexity, standardError(weighted), false, values, extra);
  }

  /** Of the whole text that was read, as if every token counted once. */
  private double bits(double total, long count, double mean) {
    int predicted = windows.get(windows.size() - 1).end();
    return (count == predicted ? total : mean * predicted) / Math.log(2);
  }

  /**
   * The bootstrap standard error of perplexity. Tokens of one context are not independent, in
   * whatever strides it is read; so what is resampled are runs of windows that together weigh no
   * less than the first, which scores a whole context (blocks that do not overlap, Carlstein 1986).
   */
  private double standardError(double[] nats) {
    double[] sums = new double[nats.length];
    double[] weights = new double[nats.length];
    int blocks = 0;
    for (int w = 0; w < nats.length; w++) {
      sums[blocks] += nats[w];
      weights[blocks] += windows.get(w).weight();
      if (weights[blocks] >= windows.get(0).weight() || w == nats.length - 1) {
        blocks++;
      }
    }
    return new Bootstrap(seed)
        .standardError(Arrays.copyOf(sums, blocks), Arrays.copyOf(weights, blocks), Math::exp);
  }

  private record Scored(Score score, double seconds) implements Outcome {
    @Override
    public void writePredictions(Path file) {
      throw new InputException("a text has no predictions to write to " + file);
    }
  }
}
