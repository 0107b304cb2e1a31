package io.github.lrfbench.harness.e2e.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MtevalTokenizerTest {
  @Test
  void pointsAndHyphensDependOnDigits() {
    assertTokens(
        "the blue spice , in 5.5 km - near 3 - star .", "The Blue Spice, in 5.5 km - near 3-star.");
    assertTokens("1,000.5 , . 5 5 .", "1,000.5, .5 5.");
    assertTokens("family-friendly isn't 'it'", "family-friendly isn't 'it'");
  }

  @Test
  void marksStandAlone() {
    assertTokens(
        "£20 ( or $ 5 ) & \" more \" < a / b >", "£20 (or $5) &amp; &quot;more&quot; &lt;a/b&gt;");
    assertTokens("a b c", "a<skipped> b\nc");
    assertTokens("joined", "joi-\nned");
    assertTokens("a b", "a\u00A0b\u2003");
    assertEquals(List.of(), MtevalTokenizer.tokenize(" \n"));
  }

  private static void assertTokens(String expected, String text) {
    assertEquals(List.of(expected.split(" ")), MtevalTokenizer.tokenize(text));
  }
}
