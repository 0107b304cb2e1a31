package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GlueReaderTest {
  private static final String RTE = "index\tsentence1\tsentence2\tlabel\n";
  private static final String QQP = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n";
  private static final String STSB =
      "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";

  @TempDir private Path folder;

  @Test
  void byteOrderMarkCarriageReturnsAndMissingLastNewline() {
    GlueDataset dataset =
        rte(
            "\uFEFF"
                + RTE.replace("\n", "\r\n")
                + "0\ta\tb\tentailment\r\n1\tc\td\tnot_entailment");
    assertEquals(
        List.of(new GlueExample(0, "a", "b", 0), new GlueExample(1, "c", "d", 1)),
        dataset.examples());
    assertTrue(dataset.isLabelled());
    assertEquals(
        "x.tsv has 2 examples, but the official file has 277", dataset.deviation().orElseThrow());
  }

  @Test
  void nothingInsideATextIsSpecial() {
    String odd = " \"un\"balanced \u0085 \u2028 \u000B '\\n \r inside ";
    assertEquals(odd, rte(RTE + "0\t" + odd + "\t\tentailment\n").examples().get(0).first());
    assertEquals("", rte(RTE + "0\t" + odd + "\t\tentailment\n").examples().get(0).second());
    assertEquals("\uFEFFx", rte(RTE + "0\t\uFEFFx\ty\tentailment\n").examples().get(0).first());
  }

  @Test
  void aByteOrderMarkBelongsToTheStartOfTheFile() {
    GlueDataset dataset = read("sst2", Split.DEV, "sentence\tlabel\n\uFEFFgood \t1\n");
    assertEquals("\uFEFFgood ", dataset.examples().get(0).first());
  }

  @Test
  void blankLinesMayEndAFile() {
    assertEquals(1, rte(RTE + "0\ta\tb\tentailment\n\n\r\n").examples().size());
    assertFault(
        "x.tsv: line 3: a blank line before the end",
        RTE + "0\ta\tb\tentailment\n\n1\ta\tb\tentailment\n");
  }

  @Test
  void badRowsAreNamedByLine() {
    assertFault("x.tsv: line 3: 3 fields instead of 4", RTE + "0\ta\tb\tentailment\n1\ta\tb\n");
    assertFault("x.tsv: line 2: 5 fields instead of 4", RTE + "0\ta\tb\tentailment\t\n");
    assertFault(
        "x.tsv: line 2: unknown label 'Entailment '; the labels are entailment, not_entailment",
        RTE + "0\ta\tb\tEntailment \n");
    assertFault("x.tsv: line 1: no example of task rte up to here", RTE);
    assertFault(
        "x.tsv: line 1: no header; expected 4 tab-separated columns under a header: index, sentence1, sentence2, label",
        "");
    byte[] latin1 = (RTE + "0\té\tb\tentailment\n").getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("x.tsv: line 2: not valid UTF-8", failure("rte", Split.DEV, latin1).getMessage());
    byte[] utf16 = RTE.getBytes(StandardCharsets.UTF_16);
    assertEquals("x.tsv: line 1: not valid UTF-8", failure("rte", Split.DEV, utf16).getMessage());
  }

  @Test
  void scoresAreDecimalNumbersFromZeroToFive() {
    String row = "0\tg\tf\ty\t0\ts\ts\ta\tb\t";
    assertEquals(4.75, read("stsb", Split.DEV, STSB + row + "4.750\n").examples().get(0).label());
    for (String bad :
        List.of("", "5.1", "-1", "NaN", "1e0", "0x1p0", "1d", " 1", "1,5", "9999999999")) {
      InputException failure = failure("stsb", Split.DEV, bytes(STSB + row + bad + "\n"));
      assertEquals(
          "x.tsv: line 2: score '" + bad + "' is not a number from 0 to 5", failure.getMessage());
    }
  }

  @Test
  void columnsAreFoundByName() {
    String shuffled = "label\tsentence2\tidx\tsentence1\textra\n" + "entailment\tb\t7\ta\t-\n";
    assertEquals(new GlueExample(0, "a", "b", 0), rte(shuffled).examples().get(0));
  }

  @Test
  void otherNamesMeanTheOfficialPositions() {
    String renamed = "id\tpremise\thypothesis\tgold\n" + "0\ta\tb\tentailment\n";
    assertEquals(new GlueExample(0, "a", "b", 0), rte(renamed).examples().get(0));
    assertFault(
        "x.tsv: line 1: the header 'id, premise, hypothesis' is not that of 4 tab-separated columns"
            + " under a header: index, sentence1, sentence2, label",
        "id\tpremise\thypothesis\n");
    // The label where a text should be: the other text cannot be told.
    assertTrue(
        failure("sst2", Split.DEV, bytes("label\ttext\n1\tgood\n"))
            .getMessage()
            .contains("header"));
    // Two columns of one name.
    assertTrue(
        failure(
                "rte",
                Split.DEV,
                bytes("index\tsentence1\tsentence1\tsentence2\tlabel\n0\ta\tb\tc\tentailment\n"))
            .getMessage()
            .startsWith("x.tsv: line 1: the header"));
  }

  @Test
  void aMissingHeaderIsNoticed() {
    InputException failure = failure("sst2", Split.DEV, bytes("good \t1\nbad \t0\n"));
    assertEquals(
        "x.tsv: line 1: data instead of a header; expected 2 tab-separated columns under a header:"
            + " sentence, label",
        failure.getMessage());
    assertTrue(
        failure("rte", Split.TEST, bytes("0\ta\tb\n"))
            .getMessage()
            .contains("instead of a header"));
  }

  @Test
  void colaHasNoHeader() {
    String rows = "gj04\t1\t\tThe sailors rode.\ngj04\t0\t*\tThe rode.\n";
    assertEquals(
        List.of(
            new GlueExample(0, "The sailors rode.", null, 1),
            new GlueExample(1, "The rode.", null, 0)),
        read("cola", Split.DEV, rows).examples());
    assertEquals(
        "x.tsv: line 1: unknown label 'label'; the labels are 0, 1",
        failure("cola", Split.DEV, bytes("source\tlabel\tmark\tsentence\n")).getMessage());
    assertEquals(
        "x.tsv: line 1: no example of task cola up to here",
        failure("cola", Split.DEV, new byte[0]).getMessage());
  }

  @Test
  void unlabelledFiles() {
    GlueDataset cola = read("cola", Split.TEST, "index\tsentence\n0\tBill whistled past.\n");
    assertEquals("Bill whistled past.", cola.examples().get(0).first());
    assertTrue(Double.isNaN(cola.examples().get(0).label()));
    assertFalse(cola.isLabelled());
    GlueDataset ax = read("ax", Split.TEST, "index\tsentence1\tsentence2\n0\ta\tb\n");
    assertEquals("b", ax.examples().get(0).second());
  }

  @Test
  void longHeadersOfMnli() {
    String head =
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2\t";
    String row = "0\t1\t2\tfiction\t( a )\t( b )\t(ROOT a)\t(ROOT b)\ta\tb\t";
    GlueExample expected = new GlueExample(0, "a", "b", 2);
    assertEquals(
        expected,
        read("mnli", Split.TRAIN, head + "label1\tgold_label\n" + row + "neutral\tcontradiction\n")
            .examples()
            .get(0));
    assertEquals(
        expected,
        read(
                "mnli-mm",
                Split.DEV,
                head
                    + "label1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n"
                    + row
                    + "neutral\tneutral\t\t\t\tcontradiction\n")
            .examples()
            .get(0));
  }

  @Test
  void shortRowsOfQqpAreCountedAndKeepTheirNumber() {
    GlueDataset dataset =
        read(
            "qqp",
            Split.DEV,
            QQP + "0\t1\t2\ta\tb\t1\n" + "1\t1\t2\ta broken\n" + "\n" + "3\t1\t2\tc\td\t0\n\n");
    assertEquals(
        List.of(new GlueExample(0, "a", "b", 1), new GlueExample(3, "c", "d", 0)),
        dataset.examples());
    assertEquals(2, dataset.skippedRows());
    assertEquals(
        "x.tsv: line 2: 7 fields instead of 6",
        failure("qqp", Split.DEV, bytes(QQP + "0\t1\t2\ta\tb\t1\t\n")).getMessage());
  }

  @Test
  void theLimitLeavesTheRestUnreadButHashed() throws IOException {
    byte[] content = bytes(RTE + "0\ta\tb\tentailment\n1\tbroken\n");
    GlueDataset one = read("rte", Split.DEV, content, 1);
    assertEquals(1, one.examples().size());
    assertTrue(one.limited());
    assertTrue(one.deviation().isEmpty());
    GlueDataset exact = read("rte", Split.DEV, bytes(RTE + "0\ta\tb\tentailment\n\n"), 1);
    assertFalse(exact.limited());
    Path file = folder.resolve("rte.tsv");
    Files.write(file, content);
    assertEquals(
        "db45bed79a353730cc48c6f9d1dc99d9ecfd0ab978a976b12ea5be86b2779262",
        GlueReader.readFile(file, one.task(), Split.DEV, 1).sha256());
    assertThrows(IllegalArgumentException.class, () -> read("rte", Split.DEV, content, 0));
  }

  @Test
  void linesAcrossBufferBoundaries() {
    StringBuilder text = new StringBuilder(RTE);
    for (int i = 0; i < 400; i++) {
      text.append(i).append('\t').append("ü".repeat(i)).append("\tb\tentailment\n");
    }
    List<GlueExample> examples = rte(text.toString()).examples();
    for (int i = 0; i < 400; i++) {
      assertEquals("ü".repeat(i), examples.get(i).first());
    }
  }

  @Test
  void anEndlessLineIsNotKept() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };
    GlueTask task = GlueTasks.official().get("rte");
    InputException failure =
        assertThrows(
            InputException.class,
            () -> GlueReader.read(endless, "x.tsv", task, Split.DEV, GlueReader.ALL));
    assertTrue(
        failure.getMessage().startsWith("x.tsv: line 1: longer than "), failure.getMessage());
  }

  @Test
  void missingFilesAreToldWithTheirLayout() throws IOException {
    GlueTask ax = GlueTasks.official().get("ax");
    InputException failure =
        assertThrows(
            InputException.class, () -> GlueReader.read(folder, ax, Split.TEST, GlueReader.ALL));
    assertEquals(
        folder.resolve("diagnostic/diagnostic.tsv")
            + " does not exist; task ax is expected there with 3 tab-separated columns under a"
            + " header: index, sentence1, sentence2",
        failure.getMessage());
    Files.createDirectories(folder.resolve("diagnostic"));
    Files.writeString(
        folder.resolve("diagnostic/AX.tsv"), "index\tsentence1\tsentence2\n0\ta\tb\n");
    assertEquals(1, GlueReader.read(folder, ax, Split.TEST, GlueReader.ALL).examples().size());
    Files.createDirectories(folder.resolve("diagnostic/diagnostic.tsv"));
    failure =
        assertThrows(
            InputException.class, () -> GlueReader.read(folder, ax, Split.TEST, GlueReader.ALL));
    assertTrue(failure.getMessage().endsWith("is a directory, not a TSV file"));
    failure =
        assertThrows(
            InputException.class,
            () -> GlueReader.readFile(folder.resolve("none"), ax, Split.TEST, GlueReader.ALL));
    assertEquals("cannot read " + folder.resolve("none") + ": no such file", failure.getMessage());
  }

  private static GlueDataset rte(String content) {
    return read("rte", Split.DEV, content);
  }

  private static void assertFault(String message, String rte) {
    assertEquals(message, failure("rte", Split.DEV, bytes(rte)).getMessage());
  }

  private static GlueDataset read(String task, Split split, String content) {
    return read(task, split, bytes(content), GlueReader.ALL);
  }

  private static InputException failure(String task, Split split, byte[] content) {
    return assertThrows(InputException.class, () -> read(task, split, content, GlueReader.ALL));
  }

  private static GlueDataset read(String task, Split split, byte[] content, int limit) {
    try {
      return GlueReader.read(
          new ByteArrayInputStream(content), "x.tsv", GlueTasks.official().get(task), split, limit);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }
}
