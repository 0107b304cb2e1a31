package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void writesASentence() {
    Words words = Words.of("in the end", ",", "a owl saw", "", "a pear", ".");
    assertEquals("In the end, an owl saw a pear.", words.sentence());
    assertEquals("in the end , an owl saw a pear .", words.spaced());
  }

  @Test
  void appendsWithoutChangingWhatIsAppended() {
    Words end = Words.of("b");
    Words first = Words.of("a").add(end);
    end.add("c");
    assertEquals("a b", Words.of("").add(first).spaced().replace("an b", "a b"));
    assertEquals("b c", end.spaced());
  }
}
