package io.github.lrfbench.harness.kernelsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.kernels.InputException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixShapeTest {
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
    StopRule once = new StopRule(0, 1, Duration.ZERO, Duration.ZERO);
    return new KernelSuiteConfig(shapes, ranks, rows, 0, once, once);
  }

  @Test
  void ranksAndRowsAreSortedAndOnce() {
    List<MatrixShape> shapes = List.of(new MatrixShape(4, 9));
    KernelSuiteConfig config = config(shapes, List.of(5, 1, 4, 1), List.of(7, 2, 7));
    assertEquals(List.of(1, 4, 5), config.ranks());
    assertEquals(List.of(2, 7), config.batchRows());
    assertEquals(List.of(1, 4), config.ranksOf(shapes.get(0)));
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
