package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextExamplesTest {
  private static final double TOLERANCE = 1e-4;

  String device() {
    return "cpu";
  }

  @Test
  void aTextIsCutIntoPieces() {
    TextExamples pieces = TextExamples.of(IntStream.range(0, 9).toArray(), 4, 0);
    assertEquals(2, pieces.size());
    assertArrayEquals(new int[] {4, 5, 6, 7}, pieces.sequences().get(1).ids());
    assertEquals(3, TextExamples.of(IntStream.range(0, 10).toArray(), 4, 0).size());
    assertEquals(1, TextExamples.of(IntStream.range(0, 10).toArray(), 4, 1).size());
    assertArrayEquals(new double[] {5, 6, 7, 0}, pieces.subset(new int[] {1}).targets());
    double third = 1.0 / 3;
    assertArrayEquals(
        new double[] {third, third, third, 0}, pieces.subset(new int[] {1}).weights());
  }

  @Test
  void whatIsOnlyReadWeighsNothing() {
    TokenSequence sequence = new TokenSequence(new int[] {5, 6, 7, 8, 9}, new int[5]);
    TextExamples one = new TextExamples(List.of(sequence), new int[] {3});
    assertArrayEquals(new double[] {0, 0, 0.5, 0.5, 0}, one.weights());
    assertThrows(
        IllegalArgumentException.class, () -> new TextExamples(List.of(sequence), new int[] {5}));
  }

  /** On sequences of one length: the mean over examples is that over tokens. */
  @Test
  void everyGradientIsThatOfPyTorch() throws IOException {
    Path folder = TestData.require("golden/gpt2-lm");
    JsonNode io = new ObjectMapper().readTree(folder.resolve("nopad_io.json").toFile());
    List<TokenSequence> sequences = GoldenInputs.read(io);
    TextExamples examples = new TextExamples(sequences, new int[] {1, 1});
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        GradientBuffers gradients = new GradientBuffers(device, golden.model().weights());
        SafetensorsFile expected =
            SafetensorsFile.open(folder.resolve("nopad_grads.safetensors"))) {
      double loss = backward(golden.model(), gradients, examples);
      assertEquals(io.get("loss").asDouble(), loss / 2, TOLERANCE);
      for (Parameter parameter : golden.model().weights()) {
        float[] wanted = expected.readFloats(parameter.name());
        float[] actual = parameter.read(gradients.of(parameter));
        for (int i = 0; i < wanted.length; i++) {
          assertEquals(wanted[i], actual[i] / 2, TOLERANCE, parameter.name() + " at " + i);
        }
      }
    }
  }

  private static double backward(Model model, GradientBuffers gradients, TrainingSet examples) {
    try (Scope scope = model.device().openScope();
        Tape tape = new Tape(model.device(), gradients, null)) {
      TokenBatch batch = TokenBatch.of(scope, examples.sequences());
      Tensor outputs = examples.outputs(tape.ops(), model, batch, null);
      double loss = examples.loss(tape, outputs, 1);
      tape.backward();
      return loss;
    }
  }

  @Test
  void trainingLowersTheLossAndATeacherGuides() {
    Path folder = TestData.require("golden/gpt2-lm");
    int[] tokens = IntStream.range(0, 400).map(i -> i * 3 % 50).toArray();
    TextExamples examples = TextExamples.of(tokens, 20, 0);
    TrainingSettings settings =
        new TrainingSettings(3, 5e-3, 5, 5, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 1);
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device)) {
      double[] first = losses(golden.model(), examples, settings, null);
      assertTrue(first[first.length - 1] < 0.7 * first[0], first[0] + " " + first[11]);
      double[] guided =
          losses(
              golden.model(),
              examples,
              settings,
              new Distillation(golden.model(), new DistillationWeights(1, 1, 0, 0), 2));
      // The student begins as the teacher.
      assertEquals(0, guided[0], 1e-4);
    }
  }

  private static double[] losses(
      Model model, TrainingSet examples, TrainingSettings settings, Distillation distillation) {
    double[] losses = new double[12];
    try (Model copy = model.copy()) {
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void step(int e, long s, long t, double loss, double rate, double seconds) {
              losses[(int) s - 1] = loss;
            }
          };
      Trainer.train(copy, examples, settings, distillation, listener);
    }
    return losses;
  }
}
