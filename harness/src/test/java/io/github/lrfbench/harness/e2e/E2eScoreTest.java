package io.github.lrfbench.harness.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values are by {@code benchmarks/peers/e2e_metrics.py}. */
class E2eScoreTest {
  private static final double TOLERANCE = 1e-9;

  @Test
  void workedTexts() throws IOException {
    List<String> generated = new ArrayList<>();
    List<E2eItem> items = new ArrayList<>();
    try (InputStream in = E2eScoreTest.class.getResourceAsStream("worked.tsv")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        List<String> cells = List.of(line.split("\t"));
        generated.add(cells.get(0));
        items.add(new E2eItem("", cells.subList(1, cells.size())));
      }
    }
    E2eScore score = E2eScore.of(items, generated);
    assertEquals(0.4109113584, score.bleu(), TOLERANCE);
    assertEquals(3.9457256990, score.nist(), TOLERANCE);
    assertEquals(0.5592188098, score.rougeL(), TOLERANCE);
    assertEquals(2.3416609929, score.cider(), TOLERANCE);
    assertEquals(6, score.items());
  }

  /** Of every meaning representation the first reference against the others. */
  @Test
  void peopleAgainstEachOther() {
    E2eDataset data = E2eReader.read(TestData.require("e2e/devset.csv"), E2eReader.ALL);
    List<String> generated = new ArrayList<>();
    List<E2eItem> items = new ArrayList<>();
    for (E2eItem item : data.items()) {
      List<String> references = item.references();
      if (references.size() > 1) {
        generated.add(references.get(0));
        items.add(new E2eItem(item.meaning(), references.subList(1, references.size())));
      }
    }
    E2eScore score = E2eScore.of(items, generated);
    assertEquals(0.5995345944, score.bleu(), TOLERANCE);
    assertEquals(8.5785162977, score.nist(), TOLERANCE);
    assertEquals(0.6528351319, score.rougeL(), TOLERANCE);
    assertEquals(1.8542754607, score.cider(), TOLERANCE);
  }

  @Test
  void oneTextForEachItem() {
    List<E2eItem> items = List.of(new E2eItem("a", List.of("b")));
    assertThrows(IllegalArgumentException.class, () -> E2eScore.of(items, List.of()));
  }
}
