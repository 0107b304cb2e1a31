package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.zoo.LoadedModel;
import io.github.lrfbench.harness.zoo.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
  @TempDir private Path folder;

  @Test
  void outputsDoNotDependOnTheBatches() throws IOException {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      int length = random.nextInt(1, 24);
      sequences.add(new TokenSequence(random.ints(length, 0, 15).toArray(), new int[length]));
    }
    TokenizedDataset data = new TokenizedDataset(null, sequences, List.of());
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        LoadedModel loaded = LoadedModel.open(TinyCheckpoint.bert(folder, 3), device)) {
      float[][] alone = new Evaluator(1, 1).predict(loaded.model(), data, done -> {});
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
}
