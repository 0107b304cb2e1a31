package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(written, true, StandardCharsets.UTF_8);
  private long nanos = 7;

  @Test
  void aLogGetsALineNowAndThenAndTheLast() {
    Progress progress = progress(false, 80, 4);
    progress.step("cell a");
    pass(9_000);
    progress.step("cell b");
    pass(1_000);
    progress.detail("100/200 examples");
    pass(20_000);
    progress.step("cell c");
    progress.step("cell d");
    pass(4_000_000);
    progress.done();
    progress.close();
    assertEquals(
        List.of(
            "sweep: 0/4, 0:00",
            "sweep: 1/4, 0:10, ETA 0:30, cell b, 100/200 examples",
            "sweep: 2/4, 0:30, ETA 0:30, cell c",
            "sweep: 4/4, 1:07:10"),
        text().lines().toList());
  }

  @Test
  void aTerminalSeesOneLineRedrawn() {
    Progress progress = progress(true, 80, 2);
    progress.step("a");
    pass(50);
    progress.step("too soon to show");
    pass(50);
    progress.detail("now");
    progress.done();
    assertEquals(
        "\r\u001b[Ksweep: 0/2, 0:00"
            + "\r\u001b[Ksweep: 1/2, 0:00, ETA 0:00, too soon to show, now"
            + "\r\u001b[Ksweep: 2/2, 0:00\n",
        text());
  }

  @Test
  void namesGiveNoOrdersToTheTerminal() {
    Progress progress = progress(true, 80, 2);
    progress.step("a\u001b[2J\n\u202eb");
    pass(200);
    progress.detail("c\u009b");
    progress.note("d\rlrfbench: e");
    assertEquals(
        "\r\u001b[Ksweep: 0/2, 0:00"
            + "\r\u001b[Ksweep: 0/2, 0:00, a [2J  b, c "
            + "\r\u001b[Kd lrfbench: e\n"
            + "\r\u001b[Ksweep: 0/2, 0:00, a [2J  b, c ",
        text());
  }

  @Test
  void theLineNeverWraps() {
    Progress progress = progress(true, 20, 2);
    pass(200);
    progress.step("😀".repeat(50));
    String last = text().substring(text().lastIndexOf('K') + 1);
    assertEquals(19, last.codePointCount(0, last.length()));
  }

  @Test
  void whatWasDoneBeforeTellsNothingOfTheRest() {
    Progress progress = progress(false, 80, 12);
    progress.step("");
    for (int i = 0; i < 8; i++) {
      progress.skip();
      progress.step("");
    }
    pass(10_000);
    progress.step("cell j");
    assertTrue(text().endsWith("sweep: 9/12, 0:10, ETA 0:30, cell j\n"), text());
  }

  @Test
  void namesAreCutInTheMiddle() {
    Progress progress = progress(true, 60, 2);
    pass(200);
    progress.step("/data/models/a-model-of-a-long-name svd keep 0.5 on sst2");
    String last = text().substring(text().lastIndexOf('K') + 1);
    assertEquals("sweep: 0/2, 0:00, /data/models/a-mode… svd keep 0.5 on sst2", last);
    assertEquals(59, last.length());
  }

  @Test
  void notesStandAboveTheLine() {
    Progress progress = progress(true, 80, 2);
    progress.note("cell a failed");
    assertTrue(text().endsWith("\r\u001b[Kcell a failed\n\r\u001b[Ksweep: 0/2, 0:00"), text());
  }

  @Test
  void closingEarlyLeavesTheTerminalAtTheBeginningOfALine() {
    Progress progress = progress(true, 80, 2);
    progress.close();
    progress.close();
    assertTrue(text().endsWith("0:00\n"), text());
  }

  private Progress progress(boolean terminal, int columns, long total) {
    return new Progress(err, terminal, columns, () -> nanos, total, "sweep");
  }

  private void pass(long milliseconds) {
    nanos += TimeUnit.MILLISECONDS.toNanos(milliseconds);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
