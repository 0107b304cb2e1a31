package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which epoch is kept, and what is held out to tell. */
class SelectionTest {
  private static LabelledExamples examples(int count) {
    List<TokenSequence> sequences =
        IntStream.range(0, count)
            .mapToObj(i -> new TokenSequence(new int[] {i % 50, i / 50, i * 7 % 50}, new int[3]))
            .toList();
    double[] targets = IntStream.range(0, count).mapToDouble(i -> i).toArray();
    return new LabelledExamples(sequences, targets, false);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 32",
    "320, 32",
    "329, 32",
    "330, 33",
    "2490, 249",
    "10240, 1024",
    "392702, 1024"
  })
  void aTenthIsHeldOut(int examples, int expected) {
    assertEquals(expected, Selection.HELD_OUT.heldOut(examples));
    assertEquals(0, Selection.LAST.heldOut(examples));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32, 63})
  void tooFewAreRefused(int examples) {
    String message =
        assertThrows(InputException.class, () -> Selection.HELD_OUT.heldOut(examples)).getMessage();
    assertTrue(
        message.contains("needs 64 training examples or more, but there are " + examples), message);
    assertFalse(message.contains("\n"));
    assertEquals(0, Selection.LAST.heldOut(examples));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 100, 700})
  void whatIsHeldOutIsNotTrainedOn(int count) {
    LabelledExamples all = examples(count);
    TrainingSplit split = TrainingSplit.of(all, Selection.HELD_OUT, 3);
    assertArrayEquals(
        all.targets(),
        DoubleStream.concat(
                Arrays.stream(split.training().targets()), Arrays.stream(split.heldOut().targets()))
            .sorted()
            .toArray());
    assertEquals(Selection.HELD_OUT.heldOut(count), split.heldOut().size());
    for (int i = 0; i < split.training().size(); i++) {
      int number = (int) split.training().targets()[i];
      assertSame(all.sequences().get(number), split.training().sequences().get(i));
    }
    TrainingSplit again = TrainingSplit.of(all, Selection.HELD_OUT, 3);
    assertArrayEquals(split.heldOut().targets(), again.heldOut().targets());
    TrainingSplit other = TrainingSplit.of(all, Selection.HELD_OUT, 4);
    assertFalse(Arrays.equals(split.heldOut().targets(), other.heldOut().targets()));
    // Statistics are collected on the beginning of the same order.
    LabelledExamples calibration = (LabelledExamples) all.sample(32, 3);
    for (double target : calibration.targets()) {
      assertTrue(Arrays.stream(split.heldOut().targets()).noneMatch(held -> held == target));
    }
  }

  @Test
  void nothingIsHeldOutForTheLast() {
    LabelledExamples all = examples(5);
    TrainingSplit split = TrainingSplit.of(all, Selection.LAST, 3);
    assertSame(all, split.training());
    assertNull(split.heldOut());
  }

  /** An epoch as a listener sees it. */
  private record Seen(List<float[]> weights, double heldOut, double measured, boolean kept) {}

  private static List<float[]> weights(Model model) {
    return model.weights().stream().map(Parameter::read).toList();
  }

  @ParameterizedTest
  @EnumSource(Selection.class)
  void theModelHasTheWeightsOfTheEpochThatIsKept(Selection selection) {
    TrainingSet all = noise(96);
    // What cannot be learnt is learnt by heart, and the held-out loss rises.
    TrainingSettings settings =
        new TrainingSettings(8, 3e-3, 16, 16, 0.1, AdamWSettings.DEFAULT, 1, 0, selection, 2);
    TrainingSet heldOut = TrainingSplit.of(all, Selection.HELD_OUT, 2).heldOut();
    EncoderConfig config = TrainerTest.config(0.1);
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Model model =
            EncoderLoader.load(config, EncoderLoader.randomWeights(config, 1), false, device)) {
      List<Seen> epochs = new ArrayList<>();
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void epoch(Epoch epoch) {
              epochs.add(
                  new Seen(
                      weights(model),
                      epoch.heldOutLoss(),
                      ExampleLosses.mean(model, heldOut),
                      epoch.kept()));
            }
          };
      Trainer.Outcome outcome = Trainer.train(model, all, settings, null, listener);
      assertEquals(8, epochs.size());
      int best = 0;
      for (int i = 0; i < 8; i++) {
        Seen epoch = epochs.get(i);
        if (selection == Selection.LAST) {
          assertTrue(Double.isNaN(epoch.heldOut) && epoch.kept);
        } else {
          assertEquals(epoch.measured, epoch.heldOut, 1e-5);
          boolean better = i == 0 || epoch.measured < epochs.get(best).measured;
          assertEquals(better, epoch.kept);
          best = better ? i : best;
        }
      }
      int kept = selection == Selection.LAST ? 7 : best;
      assertEquals(kept + 1, outcome.epoch());
      assertEquals(epochs.get(kept).heldOut, outcome.heldOutLoss());
      List<float[]> left = weights(model);
      for (int i = 0; i < left.size(); i++) {
        assertArrayEquals(epochs.get(kept).weights.get(i), left.get(i));
      }
      // Or the two selections would be the same here.
      assertTrue(selection == Selection.LAST || best < 7, "the last is the best");
    }
  }

  private static TrainingSet noise(int count) {
    LabelledExamples all = examples(count);
    double[] targets = IntStream.range(0, count).mapToDouble(i -> i * i % 7 % 3).toArray();
    return new LabelledExamples(all.sequences(), targets, false);
  }
}
