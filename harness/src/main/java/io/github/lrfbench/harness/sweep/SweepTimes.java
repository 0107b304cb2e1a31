package io.github.lrfbench.harness.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Where the time of a sweep on one device goes. Used by one thread. */
final class SweepTimes {
  /** What is done to get rows. */
  enum Phase {
    /** Models and data are read. */
    LOAD,
    /** Statistics are collected. */
    CALIBRATE,
    /** Methods make their matrices. */
    DECOMPOSE,
    /** Compressed models are trained. */
    TRAIN,
    /** Calls are timed, and warmed up for that. */
    MEASURE,
    /** Tasks are scored. */
    EVALUATE,
    /** Cells beside ours: peers, and passes that stop at exits. */
    BESIDE,
    /** Rows are written. */
    WRITE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String OTHER = "other";

  private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);

  /** Does a work that belongs to a phase, whether it fails or not. */
  <T> T time(Phase phase, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      add(phase, (System.nanoTime() - start) / 1e9);
    }
  }

  void time(Phase phase, Runnable work) {
    time(
        phase,
        () -> {
          work.run();
          return null;
        });
  }

  void add(Phase phase, double more) {
    seconds.merge(phase, more, Double::sum);
  }

  /** Where the times of a compressed model go. */
  void add(CompressedModel.Seconds made) {
    add(Phase.CALIBRATE, made.calibrate());
    add(Phase.DECOMPOSE, made.compress());
    add(Phase.TRAIN, made.finetune());
  }

  /**
   * What {@code run.json} tells: seconds by phase, what is left of all, and all.
   *
   * @param all that have passed
   */
  Map<String, Object> toJson(double all) {
    Map<String, Object> json = new LinkedHashMap<>();
    double known = 0;
    for (Phase phase : Phase.values()) {
      double own = seconds.getOrDefault(phase, 0.0);
      json.put(phase.label(), millis(own));
      known += own;
    }
    json.put(OTHER, millis(Math.max(0, all - known)));
    json.put("all", millis(all));
    return json;
  }

  /**
   * The same in a line, the longest first; what rounds to no second is left out.
   *
   * @param all that have passed
   */
  String describe(double all) {
    Map<String, Double> parts = new LinkedHashMap<>();
    seconds.forEach((phase, own) -> parts.put(phase.label(), own));
    double known = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    parts.put(OTHER, all - known);
    List<String> longest = new ArrayList<>();
    parts.entrySet().stream()
        .filter(part -> Math.round(part.getValue()) > 0)
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(part -> longest.add(part.getKey() + " " + Math.round(part.getValue())));
    String total = Math.round(all) + " s";
    return longest.isEmpty() ? total : total + ", of them " + String.join(", ", longest);
  }

  private static double millis(double seconds) {
    return Math.round(seconds * 1e3) / 1e3;
  }
}
