package io.github.lrfbench.kernels;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a device is at a moment. What it does not tell is empty.
 *
 * @param usedBytes memory in use on the device by all processes, the driver's own included
 * @param processBytes memory in use on the device by this process
 * @param clockMhz the clock that arithmetic runs at
 * @param slowdowns in words, what holds the clock below what it could be; of a processor, since it
 *     was last asked
 * @param otherProcesses other processes that compute on the device
 * @param handoverNanos nanoseconds until a thread of a processor's team reads what another wrote
 */
public record DeviceState(
    OptionalLong usedBytes,
    OptionalLong processBytes,
    OptionalDouble clockMhz,
    SortedSet<String> slowdowns,
    OptionalInt otherProcesses,
    OptionalDouble handoverNanos) {
  /** Nothing is told. */
  public static final DeviceState UNKNOWN =
      new DeviceState(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalDouble.empty(),
          new TreeSet<>(),
          OptionalInt.empty(),
          OptionalDouble.empty());
}
