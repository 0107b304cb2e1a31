package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the names and values that https://gluebenchmark.com/faq asks for. */
class SubmissionFileTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "cola, CoLA.tsv, 0 1",
    "sst2, SST-2.tsv, 0 1",
    "mrpc, MRPC.tsv, 0 1",
    "qqp, QQP.tsv, 0 1",
    "mnli, MNLI-m.tsv, entailment neutral contradiction",
    "mnli-mm, MNLI-mm.tsv, entailment neutral contradiction",
    "qnli, QNLI.tsv, entailment not_entailment",
    "rte, RTE.tsv, entailment not_entailment",
    "wnli, WNLI.tsv, 0 1",
    "ax, AX.tsv, entailment neutral contradiction",
  })
  void classesAreSpelledAsTheLeaderboardDoes(String name, String file, String labels)
      throws IOException {
    GlueTask task = GlueTasks.official().get(name);
    int classes = task.outputs();
    float[][] logits = new float[classes][classes];
    IntStream.range(0, classes).forEach(i -> logits[i][i] = 1);
    LabelMap map = LabelMaps.resolve(task, classes, Map.of());
    SubmissionFile.write(folder.resolve("new"), dataset(task, Split.TEST, classes), map, logits);
    String rows =
        IntStream.range(0, classes)
            .mapToObj(i -> i + "\t" + labels.split(" ")[i] + "\n")
            .collect(Collectors.joining());
    assertEquals(
        "index\tprediction\n" + rows, Files.readString(folder.resolve("new").resolve(file)));
  }

  @Test
  void scoresAreCutToTheRangeAndPlainInEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      write("stsb", Split.TEST, new float[][] {{5.25f}, {-0.1f}, {2.5f}, {1e-5f}});
    } finally {
      Locale.setDefault(before);
    }
    assertEquals(
        "index\tprediction\n0\t5.000000\n1\t0.000000\n2\t2.500000\n3\t0.000010\n",
        Files.readString(folder.resolve("STS-B.tsv")));
  }

  @Test
  void outputsKeepTheirMeaning() throws IOException {
    GlueTask rte = GlueTasks.official().get("rte");
    LabelMap map = LabelMaps.resolve(rte, 2, Map.of(0, "not_entailment", 1, "entailment"));
    SubmissionFile.write(folder, dataset(rte, Split.TEST, 1), map, new float[][] {{2, 1}});
    assertEquals(
        "index\tprediction\n0\tnot_entailment\n", Files.readString(folder.resolve("RTE.tsv")));
  }

  @Test
  void whatIsNoSubmissionIsRefused() {
    assertRefused("not of dev", () -> write("stsb", Split.DEV, new float[1][1]));
    assertRefused("is NaN", () -> write("stsb", Split.TEST, new float[][] {{Float.NaN}}));
    GlueTask stsb = GlueTasks.official().get("stsb");
    GlueDataset first = dataset(stsb, Split.TEST, 3).first(2);
    assertRefused("--limit", () -> SubmissionFile.check(first));
    GlueTask demo = stsb.imitation("demo-stsb", "demo");
    assertRefused("no task of GLUE", () -> SubmissionFile.check(dataset(demo, Split.TEST, 3)));
    assertFalse(Files.exists(folder.resolve("STS-B.tsv")));
  }

  private static void assertRefused(String part, Runnable write) {
    InputException e = assertThrows(InputException.class, write::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  private void write(String task, Split split, float[][] logits) {
    GlueTask found = GlueTasks.official().get(task);
    LabelMap map = LabelMaps.resolve(found, 1, Map.of());
    SubmissionFile.write(folder, dataset(found, split, logits.length), map, logits);
  }

  private static GlueDataset dataset(GlueTask task, Split split, int count) {
    List<GlueExample> examples =
        IntStream.range(0, count).mapToObj(i -> new GlueExample(i, "a", "b", Double.NaN)).toList();
    return new GlueDataset(task, split, "x.tsv", examples, 0, false, "");
  }
}
