package io.github.lrfbench.harness.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class E2eReaderTest {
  @TempDir private Path folder;

  @Test
  void referencesAreGroupedByMeaning() throws IOException {
    E2eDataset data =
        read(
            "\uFEFFMR,ref\r\n\"name[A], area[x]\",\"One, \"\"two\"\".\"\r\nname[B],B is.\r\n"
                + "\"name[A], area[x]\",Again for Ł5.\r\n");
    assertEquals(
        List.of(
            new E2eItem("name[A], area[x]", List.of("One, \"two\".", "Again for £5.")),
            new E2eItem("name[B]", List.of("B is."))),
        data.items());
    assertFalse(data.limited());
  }

  @Test
  void columnsMayStandInAnyOrder() throws IOException {
    E2eItem item = read("\"ref\",\"mr\"\n\"B is.\",\"name[B]\"\n").items().get(0);
    assertEquals(new E2eItem("name[B]", List.of("B is.")), item);
  }

  @Test
  void linesWithBars() throws IOException {
    E2eDataset data =
        read("name : A | near : B||A is near B . \nname : C||C . \nname : A | near : B||Near . \n");
    assertEquals(
        List.of(
            new E2eItem("name : A | near : B", List.of("A is near B .", "Near .")),
            new E2eItem("name : C", List.of("C ."))),
        data.items());
  }

  @Test
  void limit() throws IOException {
    Path file = folder.resolve("x.csv");
    Files.writeString(file, "mr,ref\na,1\nb,2\na,3\n");
    E2eDataset data = E2eReader.read(file, 1);
    assertEquals(List.of(new E2eItem("a", List.of("1", "3"))), data.items());
    assertTrue(data.limited());
  }

  @Test
  void faultsAreOneLine() {
    assertFault("holds no meaning representation", "mr,ref\n");
    assertFault("has no column 'mr'", "");
    assertFault("has no column 'ref'", "MR\nname[A]\n");
    assertFault("line 2 has 3 cells, but the header 2", "mr,ref\na,b,c\n");
    assertFault("line 2 has no ||: 'b'", "a||1\nb\n");
    assertFault("is no CSV: ", "mr,ref\n\"a\"b,c\n");
  }

  @Test
  void officialFiles() {
    E2eDataset dev = E2eReader.read(TestData.require("e2e/devset.csv"), E2eReader.ALL);
    E2eDataset test = E2eReader.read(TestData.require("e2e/testset_w_refs.csv"), E2eReader.ALL);
    assertEquals(547, dev.items().size());
    assertEquals(630, test.items().size());
    assertEquals(4672, dev.items().stream().mapToInt(item -> item.references().size()).sum());
    assertEquals(4693, test.items().stream().mapToInt(item -> item.references().size()).sum());
    assertEquals("edc8db685e39bb9824d5bd70c18b1c9b0412d14b527aa960e2d1c8251ee15ccd", test.sha256());
  }

  @Test
  void meaningAsText() {
    assertEquals(
        "name : The Mill | Type : pub | price : more than £ 30 | customer rating : 5 out of 5"
            + " | family friendly : no | near : Café Sicilia",
        MeaningText.of(
            "name[The Mill], eatType[pub], priceRange[more than £30], customer rating[5 out of 5],"
                + " familyFriendly[no], near[Café Sicilia]"));
    assertEquals("name : A | Type : pub", MeaningText.of("name : A | Type : pub"));
    assertEquals("name[A", MeaningText.of("name[A"));
    assertEquals("", MeaningText.of(""));
  }

  private void assertFault(String fault, String text) {
    String message = assertThrows(InputException.class, () -> read(text)).getMessage();
    assertTrue(message.contains("x.csv: " + fault), message);
    assertEquals(1, message.lines().count());
  }

  private E2eDataset read(String text) throws IOException {
    Path file = folder.resolve("x.csv");
    Files.writeString(file, text);
    return E2eReader.read(file, E2eReader.ALL);
  }
}
