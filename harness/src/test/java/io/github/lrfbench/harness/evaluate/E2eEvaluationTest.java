package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.e2e.E2eDataset;
import io.github.lrfbench.harness.e2e.E2eItem;
import io.github.lrfbench.harness.e2e.E2eScore;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class E2eEvaluationTest {
  private static final NumberTokenizer TOKENIZER = new NumberTokenizer(100);

  @TempDir private Path folder;

  @Test
  void promptsEndWithTheEndOfAText() {
    assertArrayEquals(new int[] {4, 5, 99}, E2eEvaluation.prompt(TOKENIZER, "4 5", 99));
  }

  /** The reference model allows 40 tokens, which the 64 new ones go beyond. */
  @Test
  void aModelThatIsTooShortIsRefused() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device)) {
      E2eDataset data = data(new E2eItem("4 5", List.of("6 7")));
      E2eEvaluation evaluation = E2eEvaluation.prepare(golden.model(), TOKENIZER, data, "e2e", 99);
      String message =
          assertThrows(InputException.class, () -> evaluation.run(golden.model(), done -> {}))
              .getMessage();
      assertEquals(
          "prompt 1 has 3 tokens; with 64 new ones that is over the model's limit of 40", message);
    }
  }

  @Test
  void predictionsAreWrittenAndScored() throws IOException {
    List<E2eItem> items =
        List.of(
            new E2eItem("name[A]", List.of("A is a good place.", "A is good.")),
            new E2eItem("name[B]", List.of("B is a bad place in the city.")));
    List<String> texts = List.of("A is a good place.", "B is a\tbad place.");
    Evaluation.Outcome outcome = E2eEvaluation.outcome(items, texts, 1.5);
    Score score = outcome.score();
    E2eScore expected = E2eScore.of(items, texts);
    assertEquals("bleu", score.metricName());
    assertEquals(expected.bleu(), score.metric());
    assertEquals(expected.cider(), score.extra().get("cider"));
    assertEquals("not computed", score.extra().get("meteor"));
    assertTrue(score.higherIsBetter());
    Path file = folder.resolve("predictions.tsv");
    outcome.writePredictions(file);
    assertEquals(
        List.of("mr\toutput", "name[A]\tA is a good place.", "name[B]\tB is a bad place."),
        Files.readAllLines(file));
  }

  private static E2eDataset data(E2eItem... items) {
    return new E2eDataset("here", new ArrayList<>(List.of(items)), false, "hash");
  }
}
