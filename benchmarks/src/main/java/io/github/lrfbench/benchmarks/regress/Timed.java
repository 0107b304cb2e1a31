package io.github.lrfbench.benchmarks.regress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A time that a benchmark printed.
 *
 * @param runtime whose it is, {@link #OURS} or a peer's name
 * @param subject what was run
 * @param millis how long it took
 */
record Timed(String runtime, String subject, double millis) {
  static final String OURS = "lrfbench";

  /**
   * The times of each subject, the median where a benchmark prints several.
   *
   * @param runtime whose
   * @param output lines of a benchmark, its headers begin with {@code runtime,}
   * @param reader of the cells of a line
   */
  static Map<String, Double> medians(
      String runtime, List<String> output, Function<String[], Timed> reader) {
    Map<String, List<Double>> times = new LinkedHashMap<>();
    for (String line : output) {
      if (line.startsWith("runtime,")) {
        continue;
      }
      Timed timed;
      try {
        timed = reader.apply(line.split(","));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new FailedCall("no line of a benchmark: " + line);
      }
      if (timed.runtime().equals(runtime)) {
        times.computeIfAbsent(timed.subject(), key -> new ArrayList<>()).add(timed.millis());
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    times.forEach(
        (subject, all) ->
            medians.put(subject, Figure.median(all.stream().mapToDouble(time -> time).toArray())));
    return medians;
  }
}
