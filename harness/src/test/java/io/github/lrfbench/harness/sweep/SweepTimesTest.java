package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.sweep.SweepTimes.Phase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SweepTimesTest {
  private final SweepTimes times = new SweepTimes();

  @Test
  void phasesAddUpAndTheRestIsOther() {
    times.add(Phase.MEASURE, 20.4);
    times.add(Phase.MEASURE, 7);
    times.add(Phase.WRITE, 0.3);
    times.add(new CompressedModel.Seconds(1.25, 4, 0));
    assertEquals("41 s, of them measure 27, other 8, decompose 4, calibrate 1", times.describe(41));
    Map<String, Object> json = times.toJson(41);
    assertEquals(
        List.of(
            "load",
            "calibrate",
            "decompose",
            "train",
            "measure",
            "evaluate",
            "beside",
            "write",
            "other",
            "all"),
        List.copyOf(json.keySet()));
    assertEquals(27.4, json.get("measure"));
    assertEquals(1.25, json.get("calibrate"));
    assertEquals(0.0, json.get("train"));
    assertEquals(41 - 27.4 - 0.3 - 5.25, (double) json.get("other"), 1e-9);
    assertEquals(41.0, json.get("all"));
  }

  @Test
  void aShortSweepIsALineWithoutParts() {
    times.add(Phase.LOAD, 0.2);
    assertEquals("0 s", times.describe(0.4));
  }

  @Test
  void workThatFailsTakesTimeToo() {
    assertThrows(
        IllegalStateException.class,
        () ->
            times.time(
                Phase.EVALUATE,
                (Runnable)
                    () -> {
                      LockSupport.parkNanos(5_000_000);
                      throw new IllegalStateException();
                    }));
    assertTrue((double) times.toJson(1).get("evaluate") > 0);
  }
}
