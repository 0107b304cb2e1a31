package io.github.lrfbench.harness.kernelsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.kernels.InputException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixShapeTest {
  private static final StopRule ONCE = new StopRule(0, 1, Duration.ZERO, Duration.ZERO);

  @Test
  void shapesAreRowsByCols() {
    MatrixShape shape = MatrixShape.parse("3072x768");
    assertEquals(new MatrixShape(3072, 768), shape);
    assertEquals(768, shape.size());
    assertEquals("3072x768", shape.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "768",
        "768x",
        "x768",
        "768X768",
        "-1x5",
        "1e3x5",
        "768 x 768",
        "1x2x3",
        "0x5",
        "5x0",
        "99999x99999",
        "9999999999x1",
        "a\nb"
      })
  void otherTextIsAnInputErrorOfOneLine(String text) {
    InputException e = assertThrows(InputException.class, () -> MatrixShape.parse(text));
    assertTrue(e.getMessage().startsWith("--shapes"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"));
  }

  private static KernelSuiteConfig config(
      List<MatrixShape> shapes, List<Integer> ranks, List<Integer> rows) {
    return new KernelSuiteConfig(shapes, ranks, false, rows, 0, ONCE, ONCE);
  }

  @Test
  void ranksAndRowsAreSortedAndOnce() {
    List<MatrixShape> shapes = List.of(new MatrixShape(4, 9));
    KernelSuiteConfig config = config(shapes, List.of(5, 1, 4, 1), List.of(7, 2, 7));
    assertEquals(List.of(1, 4, 5), config.ranks());
    assertEquals(List.of(2, 7), config.batchRows());
    assertEquals(List.of(1, 4), config.ranksOf(shapes.get(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "768, 768, 384",
    "3072, 768, 616",
    "768, 3072, 616",
    "1024, 4096, 824",
    "12, 8, 8",
    "1, 9, 1"
  })
  void ranksRunToBreakEven(int rows, int cols, int last) {
    MatrixShape shape = new MatrixShape(rows, cols);
    double exact = (double) rows * cols / (rows + cols);
    assertTrue(last >= exact && (last < exact + 8 || last == 1), "the example is right");
    List<Integer> given = List.of(4, 8, 384, 512, 768, 1024);
    KernelSuiteConfig config =
        new KernelSuiteConfig(List.of(shape), given, true, List.of(1), 0, ONCE, ONCE);
    List<Integer> expected = new ArrayList<>(given);
    expected.removeIf(rank -> rank >= last);
    expected.add(last);
    assertEquals(expected, config.ranksOf(shape));
  }

  @Test
  void impossibleListsAreInputErrors() {
    List<MatrixShape> shapes = List.of(new MatrixShape(4, 9));
    List<Integer> one = List.of(1);
    assertThrows(InputException.class, () -> config(List.of(), one, one));
    assertThrows(InputException.class, () -> config(shapes, List.of(), one));
    assertThrows(InputException.class, () -> config(shapes, one, List.of()));
    assertThrows(InputException.class, () -> config(shapes, List.of(2, 0), one));
    assertThrows(InputException.class, () -> config(shapes, one, List.of(-3)));
    assertThrows(InputException.class, () -> config(shapes, one, List.of(1 << 30)));
  }
}
