package io.github.lrfbench.harness.hub.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueReader;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.hub.FakeHub;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * From Parquet files, which pyarrow wrote as it writes those of nyu-mll/glue, to official files
 * that are read back.
 */
class GlueDataTest {
  private static final String REPOSITORY = "datasets/nyu-mll/glue";

  private final FakeHub server = new FakeHub();
  private final List<String> notes = new ArrayList<>();

  @TempDir private Path cache;

  @BeforeEach
  void putFiles() throws IOException {
    for (String file :
        List.of(
            "ax/test",
            "cola/train",
            "cola/validation",
            "cola/test",
            "stsb/train",
            "stsb/validation",
            "stsb/test",
            "mnli/validation_matched",
            "mnli/validation_mismatched",
            "mnli/test_matched",
            "mnli/test_mismatched")) {
      put(file + "-00000-of-00001.parquet");
    }
    put("mnli/train-00000-of-00002.parquet");
    put("mnli/train-00001-of-00002.parquet");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aTaskOfOneSentenceWithoutAHeader() throws IOException {
    Path glue = fetch("cola");
    GlueDataset train = read(glue, "cola", Split.TRAIN);
    assertEquals(
        List.of("The sailors rode the breeze.", "Sailors the rode.", "He said \"no"),
        train.examples().stream().map(example -> example.first()).toList());
    assertEquals(
        List.of(1.0, 0.0, 1.0), train.examples().stream().map(example -> example.label()).toList());
    assertEquals(
        "index\tsentence\n0\tBill whistled past the house.\n",
        Files.readString(glue.resolve("CoLA/test.tsv")));
    assertFalse(Files.exists(glue.resolve("STS-B")));
  }

  @Test
  void scoresKeepTheirDigitsAndTextsTheirCharacters() throws IOException {
    GlueDataset train = read(fetch("stsb"), "stsb", Split.TRAIN);
    assertEquals(3.8, train.examples().get(0).label());
    assertEquals("A man with a hat.", train.examples().get(0).second());
    assertEquals("Crème brûlée\u2028 here", train.examples().get(1).first());
    assertEquals("Line break", train.examples().get(1).second());
    assertEquals(1, notes.size(), notes::toString);
    assertTrue(notes.get(0).contains("2 texts"), notes.get(0));
  }

  @Test
  void aSplitInSeveralFilesIsPutTogetherInOrder() throws IOException {
    Path glue = fetch("mnli", "mnli-mm");
    GlueDataset train = read(glue, "mnli", Split.TRAIN);
    assertEquals(1501, train.examples().size());
    assertEquals("premise 1499", train.examples().get(1499).first());
    assertEquals("last", train.examples().get(1500).first());
    // The data set's labels: 0 entailment, 1 neutral, 2 contradiction.
    assertEquals(2.0, train.examples().get(1500).label());
    assertTrue(Files.readString(glue.resolve("MNLI/train.tsv")).endsWith("\tcontradiction\n"));
    assertEquals("matched", read(glue, "mnli", Split.DEV).examples().get(0).first());
    assertEquals("mismatched", read(glue, "mnli-mm", Split.DEV).examples().get(0).first());
    assertEquals("mismatched", read(glue, "mnli-mm", Split.TEST).examples().get(0).first());
  }

  @Test
  void theDiagnosticSetHasOneSplit() throws IOException {
    assertEquals("p", read(fetch("ax"), "ax", Split.TEST).examples().get(0).first());
  }

  @Test
  void aTaskThatTheDataSetLacksIsNamed() {
    InputException fault = assertThrows(InputException.class, () -> fetch("rte"));
    assertTrue(fault.getMessage().contains("rte"), fault.getMessage());
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    server.put(REPOSITORY, "ax/test-00000-of-00001.parquet", "PAR1 nonsense PAR1".getBytes());
    InputException fault = assertThrows(InputException.class, () -> fetch("ax"));
    assertTrue(fault.getMessage().contains("Parquet"), fault.getMessage());
    assertFalse(Files.exists(cache.resolve("glue/diagnostic/diagnostic.tsv")));
  }

  @ParameterizedTest
  @CsvSource({
    "gzip.parquet, is compressed by GZIP",
    "bomb.parquet, would take more than 67108864 bytes when it is unpacked"
  })
  void whatCannotOrShouldNotBeUnpackedIsRefused(String file, String fault) throws IOException {
    for (String split : List.of("train", "validation", "test")) {
      try (InputStream in = GlueDataTest.class.getResourceAsStream(file)) {
        server.put(REPOSITORY, "rte/" + split + "-00000-of-00001.parquet", in.readAllBytes());
      }
    }
    InputException refused = assertThrows(InputException.class, () -> fetch("rte"));
    assertTrue(refused.getMessage().contains(fault), refused.getMessage());
    assertFalse(Files.exists(cache.resolve("glue/RTE/train.tsv")));
  }

  @Test
  void scoresAreFinite() throws IOException {
    GlueTask stsb = GlueTasks.official().get("stsb");
    OfficialFile file =
        new OfficialFile(
            stsb, HubTask.of(stsb), stsb.files().get(Split.TRAIN).layout(), new StringWriter());
    for (double score : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Map<String, Object> row = Map.of("sentence1", "a", "sentence2", "b", "label", score);
      assertThrows(InputException.class, () -> file.add(row));
    }
  }

  @Test
  void labelsThatNoTaskHasAreRefused() throws IOException {
    GlueTask rte = GlueTasks.official().get("rte");
    OfficialFile file =
        new OfficialFile(
            rte, HubTask.of(rte), rte.files().get(Split.TRAIN).layout(), new StringWriter());
    for (Object label : List.of(2L, -1L, 1.9, -0.5, 1.0f, 1L << 32, true, "1")) {
      Map<String, Object> row = Map.of("sentence1", "a", "sentence2", "b", "label", label);
      assertThrows(InputException.class, () -> file.add(row), label::toString);
    }
    assertThrows(InputException.class, () -> file.add(Map.of("sentence1", "a", "label", 1L)));
  }

  @Test
  void everyOfficialTaskHasItsNames() {
    for (GlueTask task : GlueTasks.official().all()) {
      HubTask names = HubTask.of(task);
      assertEquals(task.files().keySet(), names.splits().keySet(), task.name());
      assertEquals(task.isPair(), names.second() != null, task.name());
    }
  }

  private Path fetch(String... tasks) {
    List<GlueTask> found =
        GlueTasks.official().all().stream()
            .filter(task -> List.of(tasks).contains(task.name()))
            .toList();
    return GlueData.fetch(server.open(cache), found, cache, listener());
  }

  private static GlueDataset read(Path glue, String task, Split split) {
    return GlueReader.read(glue, GlueTasks.official().get(task), split, GlueReader.ALL);
  }

  private void put(String path) throws IOException {
    try (InputStream in = GlueDataTest.class.getResourceAsStream(path)) {
      server.put(REPOSITORY, path, in.readAllBytes());
    }
  }

  private FetchListener listener() {
    return new FetchListener() {
      @Override
      public void started(String what, long bytes) {}

      @Override
      public void arrived(String file, long bytes) {}

      @Override
      public void note(String line) {
        notes.add(line);
      }
    };
  }
}
