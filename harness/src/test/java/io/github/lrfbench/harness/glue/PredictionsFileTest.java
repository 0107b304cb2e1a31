package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionsFileTest {
  @TempDir private Path folder;

  @Test
  void logitsStayInTheCheckpointsOrder() throws IOException {
    GlueTask rte = GlueTasks.official().get("rte");
    LabelMap map = LabelMaps.resolve(rte, 2, Map.of(0, "NOT_ENTAILMENT", 1, "ENTAILMENT"));
    Path file = folder.resolve("predictions.tsv");
    Files.writeString(file, "older and longer than what replaces it".repeat(100));
    PredictionsFile.write(file, dataset(rte), map, new float[][] {{1.5f, -2e-9f}, {0.1f, 3}});
    assertEquals(
        "index\tprediction\tNOT_ENTAILMENT\tENTAILMENT\n"
            + "0\tnot_entailment\t1.5\t-2.0E-9\n"
            + "4\tentailment\t0.1\t3.0\n",
        Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void predictionsAreSpelledAsInTheFiles() throws IOException {
    GlueTask cola = GlueTasks.official().get("cola");
    Path file = folder.resolve("cola.tsv");
    LabelMap map = LabelMaps.resolve(cola, 2, Map.of());
    PredictionsFile.write(file, dataset(cola), map, new float[][] {{1, 2}, {2, 1}});
    assertEquals(
        "index\tprediction\tlogit_0\tlogit_1\n0\t1\t1.0\t2.0\n4\t0\t2.0\t1.0\n",
        Files.readString(file));
  }

  @Test
  void scores() throws IOException {
    GlueTask stsb = GlueTasks.official().get("stsb");
    Path file = folder.resolve("stsb.tsv");
    LabelMap map = LabelMaps.resolve(stsb, 1, Map.of());
    PredictionsFile.write(file, dataset(stsb), map, new float[][] {{5.25f}, {-1}});
    assertEquals(
        "index\tprediction\tscore\n0\t5.25\t5.25\n4\t-1.0\t-1.0\n", Files.readString(file));
  }

  @Test
  void namesCannotBreakTheTable() throws IOException {
    GlueTask rte = GlueTasks.official().get("rte");
    LabelMap map = LabelMaps.resolve(rte, 2, Map.of(0, "entail\tment", 1, "not\r\nentailment"));
    Path file = folder.resolve("odd.tsv");
    PredictionsFile.write(file, dataset(rte), map, new float[2][2]);
    assertEquals(
        "index\tprediction\tentail ment\tnot  entailment", Files.readAllLines(file).get(0));
  }

  @Test
  void aLinkKeepsLeadingToItsTarget() throws IOException {
    GlueTask stsb = GlueTasks.official().get("stsb");
    Path target = Files.createFile(folder.resolve("target.tsv"));
    Path link = Files.createSymbolicLink(folder.resolve("link.tsv"), target);
    LabelMap map = LabelMaps.resolve(stsb, 1, Map.of());
    PredictionsFile.write(link, dataset(stsb), map, new float[2][1]);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(3, Files.readAllLines(target).size());
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    GlueTask stsb = GlueTasks.official().get("stsb");
    GlueDataset dataset = dataset(stsb);
    LabelMap map = LabelMaps.resolve(stsb, 1, Map.of());
    Path absent = folder.resolve("absent/predictions.tsv");
    InputException failure =
        assertThrows(
            InputException.class,
            () -> PredictionsFile.write(absent, dataset, map, new float[2][1]));
    assertEquals("cannot write " + absent + ": no such file", failure.getMessage());
    assertThrows(
        InputException.class, () -> PredictionsFile.write(folder, dataset, map, new float[2][1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> PredictionsFile.write(folder.resolve("x"), dataset, map, new float[3][1]));
    assertEquals(List.of(), files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static GlueDataset dataset(GlueTask task) {
    List<GlueExample> examples =
        List.of(new GlueExample(0, "a", "b", 1), new GlueExample(4, "c", "d", 0));
    return new GlueDataset(task, Split.DEV, "x.tsv", examples, 1, false, "");
  }
}
