package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotSelectionTest {
  private static final List<LinearSlot> SLOTS =
      Stream.of(
              "bert.encoder.layer.0.attention.self.query",
              "bert.encoder.layer.0.output.dense",
              "bert.encoder.layer.1.attention.self.query",
              "bert.encoder.layer.1.output.dense",
              "bert.encoder.layer.11.output.dense")
          .map(name -> new LinearSlot(name, 0, "", null))
          .toList();

  @Test
  void noGlobSelectsAll() {
    assertSame(SLOTS, SlotSelection.select(SLOTS, List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "*query; 2",
        "*.layer.1.*; 2",
        "*.layer.{0,11}.*; 3",
        "output.dense; 3",
        "*; 5",
        "*layer.[01].output*; 2"
      })
  void globsMatchWholeNamesOrTheirEnds(String glob, int count) {
    assertEquals(count, SlotSelection.select(SLOTS, List.of(glob)).size());
  }

  @Test
  void severalGlobsAddUpAndKeepTheOrder() {
    List<LinearSlot> selected = SlotSelection.select(SLOTS, List.of("*.1.output.dense", "*query"));
    assertEquals(List.of(SLOTS.get(0), SLOTS.get(2), SLOTS.get(3)), selected);
  }

  @Test
  void aGlobThatMatchesNothingNamesAnExample() {
    InputException e =
        assertThrows(
            InputException.class, () -> SlotSelection.select(SLOTS, List.of("*", "*.values")));
    assertTrue(
        e.getMessage().contains("'*.values'") && e.getMessage().contains(SLOTS.get(0).name()));
  }

  @Test
  void aMalformedGlobIsAnInputError() {
    assertThrows(InputException.class, () -> SlotSelection.select(SLOTS, List.of("{a")));
  }
}
