package io.github.lrfbench.harness.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class OneLineTest {
  @Test
  void longNamesLoseTheirMiddle() {
    assertEquals("svdllm", OneLine.shorten("svdllm", 6));
    assertEquals("svd…lm", OneLine.shorten("svdllm+lm", 6));
    assertEquals("sv…lm", OneLine.shorten("svdllm+lm", 5));
    assertEquals("…", OneLine.shorten("svdllm", 1));
    assertEquals("😀…😀", OneLine.shorten("😀".repeat(5), 3));
  }

  @Test
  void replacesWhatBreaksALine() {
    assertEquals("'a b c d e f'", OneLine.quote("a\nb\rc\u0085d\u2028e\tf"));
    assertEquals("''", OneLine.quote(""));
  }

  @Test
  void replacesWhatDirectsATerminal() {
    assertEquals("a b [31m c d e f", OneLine.of("a\r\nb\u001b[31m\u009bc\u202ed\u2066e\ud800f"));
    assertEquals("'ä 漢'", OneLine.quote("ä\u200f漢"));
  }

  @Test
  void shortensWithoutSplittingASurrogatePair() {
    assertEquals("'" + "x".repeat(60) + "'", OneLine.quote("x".repeat(60)));
    assertEquals("'" + "\uD83D\uDE00".repeat(60) + "…'", OneLine.quote("\uD83D\uDE00".repeat(61)));
  }

  @Test
  void namesTheReasonOfAFailure() {
    assertEquals("access denied", OneLine.reason(new AccessDeniedException("/x")));
    assertEquals("no such file", OneLine.reason(new NoSuchFileException("/x")));
    assertEquals("disk full", OneLine.reason(new FileSystemException("/x", null, "disk full")));
    assertEquals("broken", OneLine.reason(new IOException("broken\nline")));
    assertEquals("io", OneLine.reason(new IOException()));
  }
}
