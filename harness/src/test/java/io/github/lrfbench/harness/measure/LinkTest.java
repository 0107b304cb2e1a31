package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
  @Test
  void messagesTakeLatencyAndTheirBytes() {
    assertEquals(6 * (1e-5 + 1e-3), Link.parse("1:10").seconds(6e6, 6), 1e-12);
    assertEquals(6 * 5e-4, Link.parse("2").seconds(6e6, 6), 1e-12);
    assertEquals(0, Link.parse("1:10").seconds(0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "-1:5", "1:", "1:-1", "1:2:3", "NaN", "Infinity", "1:x"})
  void anythingElseIsRefused(String text) {
    assertThrows(InputException.class, () -> Link.parse(text));
  }
}
