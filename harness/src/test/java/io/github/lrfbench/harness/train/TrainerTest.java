package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training of a small model with random inputs, large enough for products to be cut in parts. */
class TrainerTest {
  private static final int EXAMPLES = 48;

  /** What a training left. */
  private record Trained(float[] weights, List<Double> losses) {}

  static EncoderConfig config(double dropout) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "bert").put("vocab_size", 50).put("max_position_embeddings", 40);
    json.put("hidden_size", 64).put("num_hidden_layers", 2).put("num_attention_heads", 4);
    json.put("intermediate_size", 256);
    json.put("hidden_dropout_prob", dropout).put("attention_probs_dropout_prob", dropout);
    ObjectNode labels = json.putObject("id2label");
    for (int i = 0; i < 3; i++) {
      labels.put(Integer.toString(i), "label " + i);
    }
    return EncoderConfig.parse(json);
  }

  static TrainingSet examples() {
    SplittableRandom random = new SplittableRandom(4);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++) {
      int[] ids = random.ints(5 + random.nextInt(30), 0, 50).toArray();
      sequences.add(new TokenSequence(ids, new int[ids.length]));
      targets[i] = random.nextInt(3);
    }
    return new LabelledExamples(sequences, targets, false);
  }

  static TrainingSettings settings(int batch, int microBatch, long seed) {
    return new TrainingSettings(
        2, 1e-3, batch, microBatch, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, seed);
  }

  private static Trained train(int threads, double dropout, TrainingSettings settings) {
    return train(threads, dropout, settings, parameter -> true);
  }

  private static Trained train(
      int threads, double dropout, TrainingSettings settings, Predicate<Parameter> chosen) {
    return train("cpu", new DeviceOptions(threads), dropout, settings, chosen, null);
  }

  /** The losses of all steps of a training without dropout. */
  static List<Double> losses(String device, DeviceOptions options, TrainingSettings settings) {
    return losses(device, options, settings, null);
  }

  /** The same where workers share the batches. */
  static List<Double> losses(
      String device, DeviceOptions options, TrainingSettings settings, Workers workers) {
    return train(device, options, 0, settings, parameter -> true, workers).losses;
  }

  private static Trained train(
      String id,
      DeviceOptions options,
      double dropout,
      TrainingSettings settings,
      Predicate<Parameter> chosen,
      Workers workers) {
    EncoderConfig config = config(dropout);
    try (Device device = Devices.open(id, options, line -> {});
        Model model =
            EncoderLoader.load(config, EncoderLoader.randomWeights(config, 1), false, device)) {
      List<Double> losses = new ArrayList<>();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void step(int e, long s, long t, double loss, double rate, double seconds) {
              losses.add(loss);
            }
          };
      List<Parameter> trained = model.weights().stream().filter(chosen).toList();
      new Trainer(
              model, trained, examples(), settings, null, listener, null, 0, null, null, workers)
          .run();
      return new Trained(weights(model), losses);
    }
  }

  private static float[] weights(Model model) {
    List<float[]> parts = new ArrayList<>();
    model.weights().forEach(parameter -> parts.add(parameter.read()));
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aSeedDecidesEveryBit(int threads) {
    Trained first = train(threads, 0.1, settings(16, 16, 3));
    Trained second = train(threads, 0.1, settings(16, 16, 3));
    assertEquals(first.losses, second.losses);
    assertArrayEquals(first.weights, second.weights, 0f);
    Trained otherSeed = train(threads, 0.1, settings(16, 16, 4));
    assertFalse(first.losses.equals(otherSeed.losses));
  }

  @Test
  void theNumberOfThreadsOnlyRoundsDifferently() {
    Trained one = train(1, 0.1, settings(16, 16, 3));
    Trained two = train(2, 0.1, settings(16, 16, 3));
    for (int i = 0; i < one.losses.size(); i++) {
      assertEquals(one.losses.get(i), two.losses.get(i), 1e-5);
    }
    assertTrue(meanDistance(one.weights, two.weights) < 1e-5);
  }

  @Test
  void accumulatedGradientsAreThoseOfTheWholeBatch() {
    Trained whole = train(2, 0, settings(16, 16, 3));
    Trained parts = train(2, 0, settings(16, 4, 3));
    Trained uneven = train(2, 0, settings(16, 5, 3));
    for (int i = 0; i < whole.losses.size(); i++) {
      assertEquals(whole.losses.get(i), parts.losses.get(i), 1e-4);
      assertEquals(whole.losses.get(i), uneven.losses.get(i), 1e-4);
    }
    // Adam divides by the gradient's size: rounding of tiny gradients moves a weight noticeably.
    assertTrue(meanDistance(whole.weights, parts.weights) < 1e-5);
    assertTrue(meanDistance(whole.weights, uneven.weights) < 1e-5);
    assertTrue(meanDistance(whole.weights, train(2, 0, settings(8, 8, 3)).weights) > 1e-4);
  }

  private static double meanDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum / a.length;
  }

  @Test
  void dropoutChangesTheLossButNotTheModelBeforeIt() {
    Trained without = train(1, 0, settings(16, 16, 3));
    Trained with = train(1, 0.1, settings(16, 16, 3));
    assertFalse(without.losses.get(0).equals(with.losses.get(0)));
    assertEquals(without.losses.get(0), with.losses.get(0), 0.2);
  }

  @Test
  void whatIsNotTrainedStaysAsItIs() {
    Predicate<Parameter> head = parameter -> parameter.name().startsWith("classifier.");
    Trained after = train(1, 0, settings(16, 16, 3), head);
    int headSize = 3 * 64 + 3;
    EncoderConfig config = config(0);
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Model fresh =
            EncoderLoader.load(config, EncoderLoader.randomWeights(config, 1), false, device)) {
      float[] original = weights(fresh);
      int body = original.length - headSize;
      int changed = 0;
      for (int i = 0; i < original.length; i++) {
        if (i < body) {
          assertEquals(original[i], after.weights[i], 0f);
        } else if (original[i] != after.weights[i]) {
          changed++;
        }
      }
      assertEquals(headSize, changed);
    }
  }

  @Test
  void trainingLowersTheLoss() {
    Trained trained =
        train(
            2,
            0,
            new TrainingSettings(
                12, 2e-3, 16, 16, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 3));
    assertTrue(trained.losses.get(trained.losses.size() - 1) < 0.5 * trained.losses.get(0));
  }
}
