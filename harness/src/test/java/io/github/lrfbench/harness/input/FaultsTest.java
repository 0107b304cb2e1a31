package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FaultsTest {
  @Test
  void complaintsAreOneLine() {
    String message = Faults.of(Path.of("a\nb"), "x\r\ny\u2028z\u0000\t.").getMessage();
    assertEquals("a b: x y z  .", message);
    assertEquals("f: a b", Faults.of(Path.of("f"), new IOException("a\nb")).getMessage());
  }

  @Test
  void causesWithoutAMessageAreNamed() {
    assertEquals("f: IOException", Faults.of(Path.of("f"), new IOException()).getMessage());
  }

  @Test
  void quotesAreCutBetweenCharacters() {
    assertEquals("'a b'", Faults.quote("a\nb"));
    assertEquals("'" + "😀".repeat(80) + "...'", Faults.quote("😀".repeat(81)));
    assertEquals("'" + "😀".repeat(80) + "'", Faults.quote("😀".repeat(80)));
  }
}
