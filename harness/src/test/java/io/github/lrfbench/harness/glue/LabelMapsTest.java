package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelMapsTest {
  private final GlueTask mnli = GlueTasks.official().get("mnli");
  private final GlueTask stsb = GlueTasks.official().get("stsb");

  @ParameterizedTest
  @CsvSource({
    "cola, unacceptable, acceptable, 0",
    "sst2, NEGATIVE, POSITIVE, 0",
    "sst2, Positive, Negative, 1",
    "mrpc, not_equivalent, equivalent, 0",
    "mrpc, paraphrase, not-paraphrase, 1",
    "qqp, duplicate, Not Duplicate, 1",
    "rte, ENTAILMENT, NOT_ENTAILMENT, 0",
    "qnli, not-entailment, entailment, 1",
    "wnli, not_entailment, entailment, 0",
    "wnli, entailment, not_entailment, 1",
    "rte, LABEL_0, LABEL_1, 0",
    "rte, 0, 1, 0",
    "rte, LABEL_1, LABEL_0, 1"
  })
  void twoNames(String task, String zero, String one, int classOfZero) {
    LabelMap map = LabelMaps.resolve(GlueTasks.official().get(task), 2, Map.of(0, zero, 1, one));
    assertEquals(List.of(classOfZero, 1 - classOfZero), map.toClass());
    boolean generic = zero.matches("(LABEL_)?\\d");
    assertEquals(generic ? List.of("logit_0", "logit_1") : List.of(zero, one), map.outputNames());
  }

  @Test
  void theOrdersOfThreeWayInferenceAreToldApartByName() {
    LabelMap processor =
        LabelMaps.resolve(mnli, 3, Map.of(0, "CONTRADICTION", 1, "ENTAILMENT", 2, "NEUTRAL"));
    assertEquals(List.of(2, 0, 1), processor.toClass());
    assertEquals(0, processor.predict(new float[] {0, 5, 1}));
    assertArrayEquals(new float[] {5, 1, 0}, processor.inClassOrder(new float[] {0, 5, 1}));
    assertFalse(LabelMaps.isAmbiguous(mnli, Map.of(0, "entailment", 1, "neutral", 2, "x")));
    assertTrue(LabelMaps.isAmbiguous(mnli, Map.of(0, "LABEL_0", 1, "LABEL_1", 2, "LABEL_2")));
    assertTrue(LabelMaps.isAmbiguous(mnli, Map.of()));
    assertFalse(LabelMaps.isAmbiguous(GlueTasks.official().get("rte"), Map.of()));
    assertFalse(LabelMaps.isAmbiguous(stsb, Map.of()));
  }

  @Test
  void noNamesMeanTheDataSetsOrder() {
    assertEquals(List.of(0, 1, 2), LabelMaps.resolve(mnli, 3, Map.of()).toClass());
    LabelMap score = LabelMaps.resolve(stsb, 1, Map.of(0, "LABEL_0"));
    assertEquals(List.of("score"), score.outputNames());
    assertEquals(List.of(0), score.toClass());
  }

  @Test
  void equalLogitsMeanTheFirstOutput() {
    LabelMap map =
        LabelMaps.resolve(mnli, 3, Map.of(0, "neutral", 1, "entailment", 2, "contradiction"));
    assertEquals(1, map.predict(new float[3]));
  }

  @Test
  void whatDoesNotFitIsAnInputError() {
    assertFailure(
        "the checkpoint's head has 2 outputs, but task mnli has the labels entailment, neutral, contradiction",
        mnli,
        2,
        Map.of());
    assertFailure(
        "the checkpoint's head has 2 outputs, but task stsb needs 1, a score", stsb, 2, Map.of());
    assertFailure(
        "the model is a language model without a classifier for task mnli; 'lrfbench finetune' gives it one",
        mnli,
        0,
        Map.of());
    assertFailure(
        "the checkpoint's labels 'joy', 'anger', 'fear' are not those of task mnli: entailment, neutral, contradiction",
        mnli,
        3,
        Map.of(0, "joy", 1, "anger", 2, "fear"));
    assertFailure(
        "the checkpoint's labels 'neutral', 'LABEL_1', 'entailment' are not those of task mnli: entailment, neutral, contradiction",
        mnli,
        3,
        Map.of(0, "neutral", 1, "LABEL_1", 2, "entailment"));
    assertFailure(
        "the checkpoint's labels 'entail', 'entailment', 'neutral' are not those of task mnli: entailment, neutral, contradiction",
        mnli,
        3,
        Map.of(0, "entail", 1, "entailment", 2, "neutral"));
    assertFailure(
        "the checkpoint's labels 'LABEL_1', 'LABEL_2', 'LABEL_3' are not those of task mnli: entailment, neutral, contradiction",
        mnli,
        3,
        Map.of(0, "LABEL_1", 1, "LABEL_2", 2, "LABEL_3"));
    assertFailure(
        "the checkpoint's id2label does not name each of the outputs 0 to 2",
        mnli,
        3,
        Map.of(0, "entailment", 2, "neutral"));
    assertFailure(
        "the checkpoint's id2label does not name each of the outputs 0 to 2",
        mnli,
        3,
        Map.of(0, "a", 1, "b", 2, "c", 3, "d"));
  }

  @Test
  void probingFindsTheOrderOfTheCheckpoint() {
    for (List<Integer> order :
        List.of(
            List.of(0, 1, 2),
            List.of(2, 0, 1),
            List.of(1, 0, 2),
            List.of(0, 2, 1),
            List.of(1, 2, 0),
            List.of(2, 1, 0))) {
      double[] labels = new SplittableRandom(4).ints(300, 0, 3).mapToDouble(i -> i).toArray();
      float[][] logits = new float[300][3];
      for (int i = 0; i < 300; i++) {
        // Four of five are right; beyond the first 200, all are of another order.
        int meant = i % 5 == 0 || i >= 200 ? (int) (labels[i] + 1) % 3 : (int) labels[i];
        logits[i][order.indexOf(meant)] = 1;
      }
      LabelMap map = LabelMaps.probe(data(labels), logits).orElseThrow();
      assertEquals(order, map.toClass());
      assertTrue(
          map.origin().contains("best of 6 orders on 200 examples of mnli dev, 160 right"),
          map.origin());
    }
  }

  /** Perfect predictions tell two classes apart from ten examples of them on: 2^-10 < 0.001. */
  @Test
  void probingTakesNoOrderFromAHandfulOfExamples() {
    for (int each : new int[] {1, 2, 4, 5, 10}) {
      double[] labels = IntStream.range(0, 3 * each).mapToDouble(i -> i % 3).toArray();
      float[][] logits = new float[3 * each][3];
      for (int i = 0; i < labels.length; i++) {
        logits[i][((int) labels[i] + 1) % 3] = 1;
      }
      assertEquals(
          each < 5 ? Optional.empty() : Optional.of(List.of(2, 0, 1)),
          LabelMaps.probe(data(labels), logits).map(LabelMap::toClass));
    }
  }

  @Test
  void probingTakesNoOrderFromAModelThatKnowsNothing() {
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 200; trial++) {
      double[] labels = random.ints(200, 0, 3).mapToDouble(i -> i).toArray();
      float[][] logits = new float[200][3];
      float[][] constant = new float[200][3];
      for (float[] row : logits) {
        row[random.nextInt(3)] = 1;
      }
      assertEquals(Optional.empty(), LabelMaps.probe(data(labels), logits));
      assertEquals(Optional.empty(), LabelMaps.probe(data(labels), constant));
    }
  }

  @Test
  void probingNeedsLabelsAndNumbers() {
    GlueDataset unlabelled = data(Double.NaN);
    assertThrows(InputException.class, () -> LabelMaps.probe(unlabelled, new float[1][3]));
    float[][] broken = {{Float.NaN, 0, 0}};
    assertThrows(InputException.class, () -> LabelMaps.probe(data(1), broken));
    assertThrows(
        IllegalArgumentException.class, () -> LabelMaps.probe(data(0, 0), new float[1][3]));
    assertThrows(IllegalArgumentException.class, () -> LabelMaps.probe(data(0), new float[1][2]));
  }

  private GlueDataset data(double... labels) {
    List<GlueExample> examples =
        IntStream.range(0, labels.length)
            .mapToObj(i -> new GlueExample(i, "a", "b", labels[i]))
            .toList();
    return new GlueDataset(mnli, Split.DEV, "dev.tsv", examples, 0, false, "");
  }

  private static void assertFailure(
      String message, GlueTask task, int outputs, Map<Integer, String> names) {
    InputException failure =
        assertThrows(InputException.class, () -> LabelMaps.resolve(task, outputs, names));
    assertEquals(message, failure.getMessage());
  }
}
