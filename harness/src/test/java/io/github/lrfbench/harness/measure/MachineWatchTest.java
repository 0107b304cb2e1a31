package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceState;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MachineWatchTest {
  private final List<String> calls = new ArrayList<>();

  private static DeviceState state(long bytes, int clock, int processes, String... slowdowns) {
    return new DeviceState(
        OptionalLong.of(bytes),
        OptionalLong.of(bytes / 2),
        OptionalDouble.of(clock),
        new TreeSet<>(Arrays.asList(slowdowns)),
        processes < 0 ? OptionalInt.empty() : OptionalInt.of(processes),
        OptionalDouble.empty());
  }

  private static DeviceState handover(double nanos) {
    DeviceState unknown = DeviceState.UNKNOWN;
    return new DeviceState(
        unknown.usedBytes(),
        unknown.processBytes(),
        unknown.clockMhz(),
        unknown.slowdowns(),
        unknown.otherProcesses(),
        OptionalDouble.of(nanos));
  }

  /** A device that tells one state after the other. */
  private Device device(DeviceState... states) {
    Deque<DeviceState> left = new ArrayDeque<>(Arrays.asList(states));
    DeviceMonitor monitor =
        new DeviceMonitor() {
          @Override
          public String energySource() {
            return "";
          }

          @Override
          public String energyDetail() {
            return "";
          }

          @Override
          public double joules() {
            return Double.NaN;
          }

          @Override
          public DeviceState state() {
            calls.add("state");
            return left.remove();
          }
        };
    Object proxy =
        Proxy.newProxyInstance(
            Device.class.getClassLoader(),
            new Class<?>[] {Device.class},
            (self, method, arguments) -> {
              if (method.getName().equals("monitor")) {
                return monitor;
              }
              calls.add(method.getName());
              return null;
            });
    return (Device) proxy;
  }

  @Test
  void samplesAreJoined() {
    MachineWatch watch =
        new MachineWatch(
            device(
                state(1, 1, 5, "before"), state(2, 2, 3, "a", "b"), state(30, 1500, 1, "b", "c")));
    calls.clear();
    watch.sample(() -> calls.add("work"));
    assertEquals(List.of("work", "state", "synchronize"), calls);
    watch.sample(() -> {});
    assertEquals(state(30, 1500, 3, "a", "b", "c"), watch.state().device());
  }

  @Test
  void whatIsNotToldStaysUnknown() {
    MachineWatch watch = new MachineWatch(device(state(1, 1, -1), state(2, 2, -1)));
    assertEquals(DeviceState.UNKNOWN, watch.state().device());
    watch.sample(() -> {});
    assertEquals(state(2, 2, -1), watch.state().device());
  }

  @Test
  void theLongestHandoverIsKeptTheFirstAmongThem() {
    MachineWatch first = new MachineWatch(device(handover(250), handover(45), handover(50)));
    assertEquals(handover(250), first.state().device());
    first.sample(() -> {});
    first.sample(() -> {});
    assertEquals(handover(250), first.state().device());

    MachineWatch last = new MachineWatch(device(handover(45), handover(250), DeviceState.UNKNOWN));
    assertEquals(handover(45), last.state().device());
    last.sample(() -> {});
    last.sample(() -> {});
    assertEquals(handover(250), last.state().device());
  }
}
