package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.measure.MachineState;
import io.github.lrfbench.kernels.DeviceState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MachineWarningsTest {
  private final MachineWarnings warnings = new MachineWarnings();
  private final List<String> notes = new ArrayList<>();

  private void tell(OptionalDouble load, Set<String> slowdowns, OptionalInt processes) {
    tell(load, slowdowns, processes, OptionalDouble.empty());
  }

  private void tellHandovers(double... nanos) {
    for (double each : nanos) {
      tell(OptionalDouble.empty(), Set.of(), OptionalInt.empty(), OptionalDouble.of(each));
    }
  }

  private void tell(
      OptionalDouble load,
      Set<String> slowdowns,
      OptionalInt processes,
      OptionalDouble handoverNanos) {
    DeviceState device =
        new DeviceState(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            new TreeSet<>(slowdowns),
            processes,
            handoverNanos);
    warnings.tell(new MachineState(load, 8, device), "cuda:1", notes::add);
  }

  @Test
  void aQuietMachineIsNoNews() {
    tell(OptionalDouble.empty(), Set.of(), OptionalInt.empty());
    tell(OptionalDouble.of(0.8), Set.of(), OptionalInt.of(0));
    assertEquals(List.of(), notes);
  }

  @Test
  void eachDoubtIsToldOnce() {
    for (int cell = 0; cell < 3; cell++) {
      tell(OptionalDouble.of(0.81 + cell), Set.of(), OptionalInt.empty());
      tell(OptionalDouble.empty(), Set.of("thermal", "power cap"), OptionalInt.empty());
      tell(OptionalDouble.empty(), Set.of(), OptionalInt.of(1 + cell));
    }
    assertEquals(
        List.of(
            "other work kept 0.8 of 8 processors busy while a cell was timed: times and energy are"
                + " doubtful (column load_average; told once, above a tenth)",
            "cuda:1 was slowed down while a cell was timed: power cap, thermal (column throttled;"
                + " told once)",
            "1 other process was on cuda:1 while a cell was timed: times and energy hold their"
                + " work, too (column foreign_processes; told once)"),
        notes);
  }

  private static String apart(int nanos, int before) {
    return "threads of cuda:1 took "
        + nanos
        + " ns to hand a number over while a cell was timed, "
        + before
        + " ns while another was: in the slower one they were on cores that share no cache, where"
        + " times are longer, of small and compressed models most (column handover_ns; told once)";
  }

  @Test
  void threadsThatAreAlwaysNearOrAlwaysFarAreNoNews() {
    tellHandovers(45, 60, 99, 41);
    assertEquals(List.of(), notes);
    new MachineWarningsTest().tellHandovers(250, 300, 240, 470);
    assertEquals(List.of(), notes);
  }

  @Test
  void threadsThatGetFarAreToldOnceBesideTheNearest() {
    tellHandovers(45, 55, 43, 250, 45, 260);
    assertEquals(List.of(apart(250, 43)), notes);
  }

  @Test
  void threadsThatGetNearAreToldOnceBesideTheFarthest() {
    tellHandovers(250, 260, 240, 44, 250);
    assertEquals(List.of(apart(44, 260)), notes);
  }

  @Test
  void aHandoverOfMiddleLengthIsComparedWithTheNearest() {
    tellHandovers(60, 110);
    assertEquals(List.of(), notes);
    tellHandovers(121);
    assertEquals(List.of(apart(121, 60)), notes);
  }

  @Test
  void cellsOfUnknownHandoverChangeNothing() {
    tellHandovers(45);
    tell(OptionalDouble.empty(), Set.of(), OptionalInt.empty());
    assertEquals(List.of(), notes);
    tellHandovers(250);
    assertEquals(List.of(apart(250, 45)), notes);
  }
}
