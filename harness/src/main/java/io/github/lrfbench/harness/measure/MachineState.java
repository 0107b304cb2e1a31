package io.github.lrfbench.harness.measure;

import io.github.lrfbench.kernels.DeviceState;
import java.util.OptionalDouble;

/**
 * What else went on while something was measured.
 *
 * @param otherLoad processors that other work kept busy on average; empty if not known
 * @param processors the machine's processors
 * @param device the device at the last sample, with the slowdowns of all, the most processes and
 *     the longest hand-over
 */
public record MachineState(OptionalDouble otherLoad, int processors, DeviceState device) {}
