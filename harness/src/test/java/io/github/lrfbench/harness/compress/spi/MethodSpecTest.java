package io.github.lrfbench.harness.compress.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MethodSpecTest {
  @ParameterizedTest
  @CsvSource({
    "svd, svd",
    "svd:bias=keep, svd",
    "svd:bias=compensate, svd:bias=compensate",
    "svd:bias=compensate:statistics=static, svd:bias=compensate",
    "svd:bias=compensate:statistics=sequential, svd:statistics=sequential:bias=compensate",
    "dense, dense"
  })
  void isWrittenInOneWay(String given, String canonical) {
    assertEquals(canonical, MethodSpec.parse(given).text());
    assertEquals(canonical, MethodSpec.parse(canonical).text());
  }

  @ParameterizedTest
  @MethodSource
  void mistakesAreNamed(String given, String message) {
    InputException refused = assertThrows(InputException.class, () -> MethodSpec.parse(given));
    assertTrue(refused.getMessage().startsWith(message), refused.getMessage());
  }

  static List<Arguments> mistakesAreNamed() {
    return List.of(
        Arguments.of(
            "svd:rank=3",
            "--method svd has no option 'rank'; it has statistics=static|sequential, bias=keep|"),
        Arguments.of(
            "svd:bias=maybe", "--method svd: bias must be keep|compensate, but is 'maybe'"),
        Arguments.of("svd:bias", "--method svd: bias must be keep|compensate, but is ''"),
        Arguments.of("svd:", "--method svd has no option ''"),
        Arguments.of("svd:bias=keep:bias=keep", "--method svd is given bias twice"),
        Arguments.of("dense:a=b", "--method dense has no option 'a'; it has none"),
        Arguments.of("swd", "unknown method 'swd'; did you mean 'svd'?"));
  }

  @Test
  void theNeedsDependOnTheOptions() {
    assertFalse(MethodSpec.parse("svd").needsCalibration());
    assertTrue(MethodSpec.parse("svd:bias=compensate").needs().contains(Need.ACTIVATIONS));
    assertThrows(InputException.class, () -> MethodSpec.parse("svd:statistics=sequential"));
  }

  @Test
  void numbersAreCheckedAndWrittenInOneWay() {
    MethodOption alpha = MethodOption.number("alpha", 0.5, 0, 1);
    assertEquals("1", alpha.parse("m", "1.0"));
    assertEquals("0.5", alpha.standard());
    for (String wrong : new String[] {"1.5", "-0.1", "x", "", "NaN"}) {
      assertThrows(InputException.class, () -> alpha.parse("m", wrong), wrong);
    }
    assertThrows(
        InputException.class, () -> MethodOption.count("sweeps", 3, 1, 9).parse("m", "1.5"));
  }
}
