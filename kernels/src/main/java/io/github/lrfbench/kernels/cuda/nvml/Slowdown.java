package io.github.lrfbench.kernels.cuda.nvml;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Why a GPU's clock is below what it could be, as bits of NVML's mask. An idle GPU, and clocks that
 * somebody has set, are in that mask too but slow nothing down unasked.
 */
enum Slowdown {
  POWER_CAP(0x4, "power cap"),
  HARDWARE(0x8, "hardware slowdown"),
  SYNC_BOOST(0x10, "slower GPU beside it"),
  THERMAL(0x20, "thermal"),
  HARDWARE_THERMAL(0x40, "hardware thermal"),
  POWER_BRAKE(0x80, "power brake");

  private final long bit;
  private final String words;

  Slowdown(long bit, String words) {
    this.bit = bit;
    this.words = words;
  }

  /** The reasons of a mask. */
  static SortedSet<String> words(long mask) {
    SortedSet<String> reasons = new TreeSet<>();
    for (Slowdown each : values()) {
      if ((mask & each.bit) != 0) {
        reasons.add(each.words);
      }
    }
    return reasons;
  }
}
