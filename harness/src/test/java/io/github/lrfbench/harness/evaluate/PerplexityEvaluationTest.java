package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.lm.LmText;
import io.github.lrfbench.harness.lm.WindowKind;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerplexityEvaluationTest {
  private static final NumberTokenizer TOKENIZER = new NumberTokenizer(100);

  String device() {
    return "cpu";
  }

  /** Expected values are by {@code benchmarks/peers/perplexity_torch.py}, in float64. */
  @ParameterizedTest
  @CsvSource({
    "300, 40, 40, 163.71334498",
    "300, 0, 0, 163.71334498",
    "300, 40, 13, 160.04664003",
    "300, 7, 7, 185.41875493",
    "300, 1, 1, 181.47374560",
    "2, 40, 40, 132.35375109"
  })
  void perplexityIsThatOfPyTorch(int tokens, int context, int stride, double expected) {
    Score score = score(tokens, context, stride, 0);
    assertEquals(expected, score.metric(), 1e-4 * expected);
    assertEquals(expected, score.values().get(ScoreColumns.PERPLEXITY), 1e-4 * expected);
    double nats = Math.log(score.metric());
    assertEquals(nats, score.values().get(ScoreColumns.LOSS), 1e-12);
    assertEquals(nats, (double) score.extra().get("nats_per_token"), 1e-12);
    assertEquals(tokens - 1L, score.extra().get("tokens"));
    long bytes = text(tokens).text().length();
    assertEquals(bytes, score.extra().get("bytes"));
    assertEquals(
        nats * (tokens - 1) / Math.log(2) / bytes,
        (double) score.extra().get("bits_per_byte"),
        1e-9);
    assertEquals("perplexity", score.metricName());
  }

  /** Expected values are by {@code benchmarks/peers/perplexity_torch.py}. */
  @ParameterizedTest
  @CsvSource({
    "TRANSFORMERS, 300, 40, 40, 292, 5.1378941226",
    "TRANSFORMERS, 300, 40, 13, 279, 5.0688207842",
    "TRANSFORMERS, 300, 7, 7, 257, 5.2109460682",
    "TRANSFORMERS, 2, 40, 40, 1, 4.8854784966",
    "ROLLING, 300, 40, 40, 300, 5.1327990035",
    "ROLLING, 300, 7, 0, 300, 5.1784957203",
    "ROLLING, 2, 40, 40, 2, 4.8242906403"
  })
  void otherWindowsAreThoseOfOthers(
      WindowKind kind, int tokens, int context, int stride, long counted, double expected) {
    Score score = score(kind, tokens, context, stride, 0);
    assertEquals(expected, score.values().get(ScoreColumns.LOSS), 2e-6);
    assertEquals(counted, score.extra().get("tokens"));
    int predicted = kind == WindowKind.ROLLING ? tokens : tokens - 1;
    assertEquals(
        expected * predicted / Math.log(2) / text(tokens).text().length(),
        (double) score.extra().get("bits_per_byte"),
        1e-5);
  }

  @Test
  void aLowerPerplexityIsBetter() {
    Score good = score(300, 40, 13, 0);
    Score bad = score(300, 7, 7, 0);
    assertTrue(bad.dropFrom(good) > 0);
    assertEquals(bad.metric() - good.metric(), bad.dropFrom(good));
    assertTrue(bad.standardError() > 0 && bad.standardError() < bad.metric());
    assertTrue(Double.isNaN(score(2, 40, 40, 0).standardError()));
  }

  /** A stride smaller than the context makes more windows of the same text, not more to go by. */
  @ParameterizedTest
  @CsvSource({"SLIDING, 40, 40", "SLIDING, 40, 13", "TRANSFORMERS, 40, 13", "ROLLING, 40, 40"})
  void theStandardErrorIsABootstrapOverContexts(WindowKind kind, int context, int stride) {
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = load("gpt2-lm", device)) {
      Model model = golden.model();
      Score all = evaluation(model, kind, 300, context, stride, 0).run(model, done -> {}).score();
      List<double[]> blocks = new ArrayList<>();
      double nats = 0;
      double tokens = 0;
      int windows = evaluation(model, kind, 300, context, stride, 0).size();
      for (int limit = 1; limit <= windows; limit++) {
        Score first =
            evaluation(model, kind, 300, context, stride, limit).run(model, done -> {}).score();
        double count = (long) first.extra().get("tokens");
        double sum = count * (double) first.extra().get("nats_per_token");
        // The first window is a block.
        if (count - tokens >= (blocks.isEmpty() ? 0 : blocks.get(0)[1]) || limit == windows) {
          blocks.add(new double[] {sum - nats, count - tokens});
          nats = sum;
          tokens = count;
        }
      }
      assertTrue(blocks.size() >= 6 && blocks.size() <= 8, "" + blocks.size());
      double expected = bootstrap(blocks);
      assertEquals(expected, all.standardError(), 0.1 * expected);
    }
  }

  private static double bootstrap(List<double[]> blocks) {
    Random random = new Random(5);
    double[] values =
        DoubleStream.generate(
                () -> {
                  double sum = 0;
                  double count = 0;
                  for (int i = 0; i < blocks.size(); i++) {
                    double[] drawn = blocks.get(random.nextInt(blocks.size()));
                    sum += drawn[0];
                    count += drawn[1];
                  }
                  return Math.exp(sum / count);
                })
            .limit(10_000)
            .toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  @Test
  void aLimitTakesTheFirstWindows() {
    Score two = score(300, 40, 40, 2);
    Score eighty = score(81, 40, 40, 0);
    assertEquals(80L, two.extra().get("tokens"));
    assertEquals(eighty.metric(), two.metric(), 1e-9);
    assertEquals(eighty.extra().get("bytes"), two.extra().get("bytes"));
  }

  /** As in the documentation's script, only the first of windows with one new token each counts. */
  @Test
  void bitsAreThoseOfTheTextThatCounts() {
    Score first = score(WindowKind.TRANSFORMERS, 40, 40, 40, 0);
    Score dense = score(WindowKind.TRANSFORMERS, 300, 40, 1, 0);
    assertEquals(39L, dense.extra().get("tokens"));
    assertEquals(first.metric(), dense.metric(), 1e-9);
    assertEquals(first.extra().get("bytes"), dense.extra().get("bytes"));
    assertEquals(first.extra().get("bits_per_byte"), dense.extra().get("bits_per_byte"));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertRefused("--context must be from 1 to the model's limit of 40 tokens, but is 41", 41, 0);
    assertRefused("--stride must be from 1 to the context of 40 tokens, but is 41", 0, 41);
    try (Device device = Devices.open(device(), new DeviceOptions(1), line -> {});
        GoldenModel golden = load("gpt2-lm", device);
        GoldenModel classifier = load("gpt2-cls", device)) {
      String sizes = refusal(golden.model(), new NumberTokenizer(101), text(9), 0, 0);
      assertEquals(
          "the tokenizer has 101 tokens, but the model only 100: they do not belong together",
          sizes);
      assertTrue(
          refusal(classifier.model(), TOKENIZER, text(9), 0, 0)
              .startsWith("task lm needs a language model"));
      assertTrue(
          refusal(golden.model(), TOKENIZER, text(1), 0, 0).contains("numbers.txt: has 1 tokens"));
    }
  }

  private void assertRefused(String message, int context, int stride) {
    try (Device device = Devices.open(device(), new DeviceOptions(1), line -> {});
        GoldenModel golden = load("gpt2-lm", device)) {
      assertEquals(message, refusal(golden.model(), TOKENIZER, text(300), context, stride));
    }
  }

  private static String refusal(
      Model model, NumberTokenizer tokenizer, LmText text, int context, int stride) {
    return assertThrows(
            InputException.class,
            () ->
                PerplexityEvaluation.prepare(
                    model, tokenizer, text, "lm", null, WindowKind.SLIDING, context, stride, 0, 0))
        .getMessage();
  }

  private Score score(int tokens, int context, int stride, int limit) {
    return score(WindowKind.SLIDING, tokens, context, stride, limit);
  }

  private Score score(WindowKind kind, int tokens, int context, int stride, int limit) {
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = load("gpt2-lm", device)) {
      PerplexityEvaluation evaluation =
          evaluation(golden.model(), kind, tokens, context, stride, limit);
      int[] done = {0};
      Score score = evaluation.run(golden.model(), count -> done[0] = count).score();
      assertEquals(evaluation.size(), done[0]);
      return score;
    }
  }

  private static PerplexityEvaluation evaluation(
      Model model, WindowKind kind, int tokens, int context, int stride, int limit) {
    return PerplexityEvaluation.prepare(
        model, TOKENIZER, text(tokens), "lm", null, kind, context, stride, limit, 0);
  }

  private static GoldenModel load(String name, Device device) {
    return GoldenModel.load(TestData.require("golden/" + name), device);
  }

  private static LmText text(int tokens) {
    String text =
        IntStream.range(0, tokens)
            .map(i -> (i * i * 7 + i * 3) % 100)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "));
    return new LmText(Path.of("numbers.txt"), text, "hash");
  }
}
