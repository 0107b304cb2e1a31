package io.github.lrfbench.benchmarks.regress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.statistics.Interval;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureFileTest {
  private static final String HEADER =
      "measure,yardstick,processor,kernel,threads,rounds,ratio,low,high,commit,date\r\n";

  @TempDir Path folder;

  @Test
  void figuresAreReadAsTheyWereWritten() {
    Figure known = figure("AMD EPYC, of two cores", new Interval(0.99, 1.01));
    Figure single = figure("Intel \"Xeon\"", Interval.UNKNOWN);
    FigureFile.write(file(), List.of(known, single));
    assertEquals(List.of(known, single), FigureFile.read(file()));
  }

  @Test
  void noFileIsNoFigures() {
    assertEquals(List.of(), FigureFile.read(file()));
  }

  @Test
  void whatIsWrongInAFileIsNamed() throws IOException {
    String row = "m,p 1,cpu,Zen,2,7,%s,0.9,1.1,c,d\r\n";
    assertRefused("a,b\r\n", "columns");
    assertRefused(HEADER + "m,p\r\n", "line 2: 2 cells, but 11 columns");
    assertRefused(HEADER + String.format(row, "fast"), "line 2: ratio is no number: 'fast'");
    assertRefused(HEADER + String.format(row, "-1"), "line 2: ratio is to be above 0");
    assertRefused(HEADER + "m,p 1,cpu,Zen,2,7,1,1.1,0.9,c,d\r\n", "no interval");
    assertRefused(HEADER + "m,p 1,cpu,Zen,2,7,1,,0.9,c,d\r\n", "low is no number");
  }

  /** The figures of the repository can be read, whatever they are. */
  @Test
  void theCommittedFiguresCanBeRead() {
    Path committed = Path.of("..", "results", "reference", "regress.csv");
    for (Figure figure : FigureFile.read(committed)) {
      assertTrue(figure.rounds() >= 3, figure.toString());
      assertTrue(figure.interval().isFinite(), figure.toString());
    }
  }

  @Test
  void aRooflineIsTheSlowerOfArithmeticAndReading() {
    Limits limits = Limits.parse("AMD EPYC,Cooperlake,2,100,20,45.0");
    assertEquals("100 GFLOP/s, 20 GB/s, threads hand over in 45 ns", limits.describe());
    assertTrue(Limits.parse("EPYC,Zen,1,50,10,NaN").describe().endsWith("unknown"));
    // 85 million weights: 340 MB, and 21.7 GFLOP for 128 rows, 0.6 of attention beside.
    assertEquals(223.5, Work.bert(0, 1, 128).millis(limits), 0.5);
    assertEquals(17.0, Work.bert(0, 1, 8).millis(limits), 0.1);
    assertEquals(3 * 223.5, Work.bert(0, 1, 128).times(3).millis(limits), 1.5);
    // 124 million weights and 9.4 million numbers of the cache are read for a token.
    assertEquals(26.6, Work.decode(1, 512).millis(limits), 0.1);
    // 79.0 million weights for all tokens, 44.5 million for the last, half of the scores of 11
    // blocks.
    assertEquals(206.0, Work.gpt2(1, 128).millis(limits), 0.2);
    // A pass forward is 2 operations a weight and row, a gradient 4; half of the squares of inputs
    // of 3 x 768 and 3072 numbers are 134 million for 12 layers.
    assertEquals(6 * 84.93 + 134.5, Work.gradientsAndMoments(100).millis(limits), 0.2);
    assertEquals(2 * 84.93 + 134.5, Work.moments(100).millis(limits), 0.2);
  }

  private void assertRefused(String text, String reason) throws IOException {
    Files.writeString(file(), text);
    InputException e = assertThrows(InputException.class, () -> FigureFile.read(file()));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private Path file() {
    return folder.resolve("regress.csv");
  }

  private static Figure figure(String processor, Interval interval) {
    return new Figure(
        "bert/dense 1x128", "limit", processor, "Zen", 2, 7, 1, interval, "0123", "2026-11-30");
  }
}
