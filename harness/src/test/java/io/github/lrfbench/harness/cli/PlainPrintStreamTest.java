package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlainPrintStreamTest {
  /** ESC, BEL, C1, NEL, marks of direction, zero width, line separators, a single surrogate. */
  private static final String ORDERS =
      "\u001b\u0007\u0000\b\r\u007f\u0080\u0085\u009b\u009f\u00ad\u061c\u200b\u200e\u200f"
          + "\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\udb40\udc41";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream raw = new PrintStream(written, true, StandardCharsets.UTF_8);
  private final PrintStream plain = new PlainPrintStream(raw);

  @Test
  void noCharacterGivesAnOrder() {
    plain.print("a" + ORDERS + "b");
    assertEquals(
        "a" + " ".repeat(ORDERS.codePointCount(0, ORDERS.length())) + "b", written.toString());
  }

  @Test
  void linesTabsAndLettersOfAllScriptsStay() {
    String text = "käse\t漢字 \uD83D\uDE00 e\u0301 שלום\r\n\n%\n";
    plain.print(text);
    PrintWriter writer = new PrintWriter(plain, true, StandardCharsets.UTF_8);
    writer.print(text);
    writer.flush();
    assertEquals(text + text, written.toString(StandardCharsets.UTF_8));
  }

  @Test
  void charactersMayComeInParts() {
    for (byte b : "ä\u009b漢\u202e\uD83D\uDE00".getBytes(StandardCharsets.UTF_8)) {
      plain.write(b);
    }
    plain.flush();
    assertEquals("ä 漢 \uD83D\uDE00", written.toString(StandardCharsets.UTF_8));
  }

  @Test
  void muchAtOnceIsWhole() {
    String text = "漢".repeat(100_000);
    plain.print(text + "\n");
    assertEquals(text + "\n", written.toString(StandardCharsets.UTF_8));
  }
}
