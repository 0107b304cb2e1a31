package io.github.lrfbench.harness.e2e.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PtbTokenizerTest {
  /** Tokens by Stanford's tokenizer 3.4.1: {@code benchmarks/peers/e2e_metrics.py tokens}. */
  @Test
  void stanfordsTokens() throws IOException {
    try (InputStream in = PtbTokenizerTest.class.getResourceAsStream("treebank.tsv")) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertEquals(43, lines.size());
      for (String line : lines) {
        String[] cells = line.split("\t");
        assertEquals(cells[1], String.join(" ", PtbTokenizer.tokenize(cells[0])), cells[0]);
      }
    }
  }

  @Test
  void nothingIsLeftOfPunctuation() {
    assertEquals(List.of(), PtbTokenizer.tokenize(""));
    assertEquals(List.of(), PtbTokenizer.tokenize(" \t\n"));
    assertEquals(List.of(), PtbTokenizer.tokenize("\"'... -- ; :,.!"));
  }
}
