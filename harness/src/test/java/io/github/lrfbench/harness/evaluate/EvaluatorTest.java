package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluatorTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"bert, 1", "bert, 2", "distilbert, 1", "distilbert, 2", "gpt2, 1", "gpt2, 2"})
  void outputsDependNeitherOnBatchesNorOnThreads(String architecture, int threads)
      throws IOException {
    Path model = write(architecture);
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      int length = random.nextInt(1, 20);
      sequences.add(new TokenSequence(random.ints(length, 0, 15).toArray(), new int[length]));
    }
    TokenizedDataset data = new TokenizedDataset(null, sequences, List.of());
    float[][] alone;
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(model, device)) {
      alone = new Evaluator(1, 1).predict(loaded.model(), data, done -> {});
    }
    try (Device device = Devices.open("cpu", new DeviceOptions(threads), line -> {});
        LoadedModel loaded = LoadedModel.open(model, device)) {
      for (Evaluator evaluator :
          List.of(new Evaluator(4, 1000), new Evaluator(100, 50), Evaluator.DEFAULT)) {
        List<Integer> progress = new ArrayList<>();
        float[][] batched = evaluator.predict(loaded.model(), data, progress::add);
        for (int i = 0; i < alone.length; i++) {
          assertArrayEquals(alone[i], batched[i], 1e-5f);
        }
        assertEquals(25, progress.get(progress.size() - 1));
      }
    }
  }

  private Path write(String architecture) throws IOException {
    return switch (architecture) {
      case "bert" -> TinyCheckpoint.bert(folder, 3);
      case "distilbert" -> TinyCheckpoint.distilbert(folder, 3);
      case "gpt2" -> TinyCheckpoint.gpt2(folder, 3);
      default -> throw new IllegalArgumentException(architecture);
    };
  }
}
