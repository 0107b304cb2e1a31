package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads the real files. */
class OfficialFilesTest {
  @ParameterizedTest
  @CsvSource({
    "cola, TRAIN, 8551, 2528, 6023, cb368ebeb9f27d7ad03720d27ddc95687a311bdb100781a2fe59a5f5b1bc0624",
    "cola, DEV, 1043, 322, 721, 8c013e21dc39957cac37378d87bebe225b694a0d5fe13eded66c2856628833fd",
    "sst2, TRAIN, 67349, 29780, 37569, 48eac26399f8456935f81dd9e3a745c1430adb6c62e233ccfe22db4a0d15d1d1",
    "sst2, DEV, 872, 428, 444, 54a9c12c77e402fc14d6a66a506f24d999f596b0176eb777c972cccc2f9cc4b0",
    "mrpc, TRAIN, 3668, 1194, 2474, 69abcedee3cf738c6ce58d772e43e1b7cdf5b4edee4aceda459c0d9f4e5599f3",
    "mrpc, DEV, 408, 129, 279, 9e8f284788040f7c9ecde2e1b3c07237c756f926bd9ef8548ef5d34b56f69f17",
    "rte, TRAIN, 2490, 1249, 1241, 41e3a9b063433392343fad9e962cf2f58b681c78d8f71592f4186f0837246c5c",
    "rte, DEV, 277, 146, 131, 80230dfa1347282e7b532b06a1004a76a710087541189bf874223ddf0e3819fb",
    "wnli, TRAIN, 635, 323, 312, 9a88e9d54b6861cc796a088e9acf4f5f65064a9ef65ae6fa7a688b28391e5c9a",
    "wnli, DEV, 71, 40, 31, cba00490596dd14be8cf53b4f53bb744abe3a7b89f81ab210528d80225338ed5",
  })
  void classesAreCounted(
      String name, Split split, int examples, long zeros, long ones, String sha256) {
    GlueDataset dataset = read(name, split);
    assertEquals(examples, dataset.examples().size());
    assertEquals(zeros, Arrays.stream(dataset.labels()).filter(label -> label == 0).count());
    assertEquals(ones, Arrays.stream(dataset.labels()).filter(label -> label == 1).count());
    assertEquals(sha256, dataset.sha256());
    assertEquals(0, dataset.skippedRows());
    assertFalse(dataset.limited());
    assertEquals(Optional.empty(), dataset.deviation());
    assertEquals(examples - 1, dataset.examples().get(examples - 1).row());
  }

  @ParameterizedTest
  @CsvSource({
    "TRAIN, 5749, 2.701, 41c4d978b6162abdcada7e49a982211954cca5459c228db478af333124b257a2",
    "DEV, 1500, 2.364, fe7dc0632a5033562f3cadff991f6e8d9b9b6311861660e78c3c82eb7db67f59",
  })
  void scoresHaveTheKnownMean(Split split, int examples, double mean, String sha256) {
    GlueDataset dataset = read("stsb", split);
    assertEquals(examples, dataset.examples().size());
    double[] scores = dataset.labels();
    assertEquals(mean, Arrays.stream(scores).average().orElseThrow(), 5e-4);
    assertEquals(0, Arrays.stream(scores).min().orElseThrow());
    assertEquals(5, Arrays.stream(scores).max().orElseThrow());
    assertEquals(sha256, dataset.sha256());
  }

  @Test
  void textsAreTakenAsTheyAre() {
    GlueExample sentiment = read("sst2", Split.DEV).examples().get(0);
    assertEquals("it 's a charming and often affecting journey . ", sentiment.first());
    assertNull(sentiment.second());
    GlueDataset mrpc = read("mrpc", Split.DEV);
    assertEquals(
        "\" The foodservice pie business does not fit our long-term growth strategy .",
        mrpc.examples().get(0).second());
    GlueDataset cola = read("cola", Split.DEV);
    assertEquals("The sailors rode the breeze clear of the rocks.", cola.examples().get(0).first());
    String last = cola.examples().get(1042).first();
    assertFalse(last.isEmpty() || last.endsWith("\n"), last);
    for (GlueExample example : read("stsb", Split.TRAIN).examples()) {
      assertNotNull(example.second());
      assertFalse(example.first().contains("\t"));
    }
  }

  @Test
  void theLabelledTestFileOfMrpcReadsLikeItsTrainingFile() {
    GlueDataset test =
        GlueReader.readFile(
            SharedData.require("glue/MRPC/msr_paraphrase_test.txt"),
            GlueTasks.official().get("mrpc"),
            Split.TRAIN,
            GlueReader.ALL);
    assertEquals(1725, test.examples().size());
    assertEquals(1147, Arrays.stream(test.labels()).filter(label -> label == 1).count());
    assertTrue(
        test.deviation().orElseThrow().endsWith("1725 examples, but the official file has 3668"));
  }

  @Test
  void theMajorityClassScoresWhatIsKnownOfIt() {
    assertMajority("mrpc", 0.684, 0.812);
    assertMajority("sst2", 0.509, Double.NaN);
    GlueDataset rte = read("rte", Split.DEV);
    GlueScore score =
        GlueScorer.classification(rte.task(), rte.labels(), new int[277], Double.NaN, 1);
    assertEquals(0.527, score.metric(), 5e-4);
    assertTrue(score.collapsed());
  }

  private static void assertMajority(String name, double accuracy, double f1) {
    GlueDataset dataset = read(name, Split.DEV);
    int[] ones = new int[dataset.examples().size()];
    Arrays.fill(ones, 1);
    GlueScore score =
        GlueScorer.classification(dataset.task(), dataset.labels(), ones, Double.NaN, 1);
    assertEquals(accuracy, score.accuracy(), 5e-4);
    if (!Double.isNaN(f1)) {
      assertEquals(f1, score.f1(), 5e-4);
      assertEquals((score.accuracy() + score.f1()) / 2, score.metric(), 1e-15);
    }
    assertEquals(0, score.mcc());
  }

  private static GlueDataset read(String name, Split split) {
    return GlueReader.read(
        SharedData.require("glue"), GlueTasks.official().get(name), split, GlueReader.ALL);
  }
}
