package io.github.lrfbench.kernels.cuda.lowrank;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cuda.module.KernelSource;
import io.github.lrfbench.kernels.cuda.module.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Where the fused low-rank product stops being the faster form on a device: measured times on a
 * grid of shapes, ranks and rows, kept in a file that has the device's name, the mode of F32
 * products and a mark of the kernels' source. Between the grid's points the gain is interpolated;
 * where nothing was measured, a rule of thumb decides.
 */
public final class LowRankCrossover {
  /** Without tensor cores the fused form pays where launches take most of the time. */
  private static final int FEW_ROWS = 32;

  private static final int LOW_RANK = 32;

  private static final int TENSOR_CORE_ROWS = 1024;
  private static final int TENSOR_CORE_RANK = 64;

  private final List<LowRankTiming> timings;

  LowRankCrossover(List<LowRankTiming> timings) {
    this.timings = List.copyOf(timings);
  }

  /** What was measured. */
  public List<LowRankTiming> timings() {
    return timings;
  }

  /** What was measured on a device before, nothing if it was not. */
  public static LowRankCrossover read(Device device) {
    try {
      return new LowRankCrossover(
          Files.readAllLines(file(device)).stream()
              .map(LowRankTiming::parse)
              .flatMap(Optional::stream)
              .toList());
    } catch (IOException e) {
      return new LowRankCrossover(List.of());
    }
  }

  /** Keeps the times for later processes, in a file that they see whole or not at all. */
  public void write(Device device) throws IOException {
    Path file = file(device);
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling(".crossover." + UUID.randomUUID() + ".part");
    StringBuilder text = new StringBuilder(LowRankTiming.HEADER).append('\n');
    timings.forEach(timing -> text.append(timing.toCsv()).append('\n'));
    Files.writeString(temporary, text);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path file(Device device) {
    String source = KernelSource.of("lowrank_matmul_mma") + KernelSource.of("lowrank_matmul");
    String mark = Integer.toHexString(source.hashCode());
    String name = device.name().replaceAll("[^A-Za-z0-9]+", "-");
    ProductRounding rounding = device.rounding();
    String mode =
        rounding == ProductRounding.NONE
            ? "-"
            : "-" + rounding.name().toLowerCase(Locale.ROOT) + "-";
    return UserCache.folder("crossover").resolve(name + mode + mark + ".csv");
  }

  /**
   * Whether a product is to run fused.
   *
   * @param tensorCores whether the fused form would use them
   */
  public boolean prefersFused(
      DType dtype, int rows, int inputs, int rank, int outputs, boolean tensorCores) {
    Optional<LowRankTiming> nearest =
        timings.stream()
            .filter(timing -> timing.dtype() == dtype)
            .min(
                (a, b) ->
                    Double.compare(distance(a, inputs, outputs), distance(b, inputs, outputs)));
    if (nearest.isEmpty()) {
      return tensorCores
          ? rows <= TENSOR_CORE_ROWS && rank <= TENSOR_CORE_RANK
          : rows <= FEW_ROWS && rank <= LOW_RANK;
    }
    LowRankTiming shape = nearest.get();
    TreeMap<Double, Double> gainsByRank = new TreeMap<>();
    timings.stream()
        .filter(timing -> sameShape(timing, shape))
        .mapToInt(LowRankTiming::rank)
        .distinct()
        .forEach(r -> gainsByRank.put(log(r), gainOfRows(shape, r, rows)));
    return interpolate(gainsByRank, log(rank)) > 0;
  }

  private double gainOfRows(LowRankTiming shape, int rank, int rows) {
    TreeMap<Double, Double> gains = new TreeMap<>();
    timings.stream()
        .filter(timing -> sameShape(timing, shape) && timing.rank() == rank)
        .forEach(timing -> gains.put(log(timing.rows()), timing.logGain()));
    return interpolate(gains, log(rows));
  }

  private static boolean sameShape(LowRankTiming a, LowRankTiming b) {
    return a.dtype() == b.dtype() && a.inputs() == b.inputs() && a.outputs() == b.outputs();
  }

  private static double distance(LowRankTiming timing, int inputs, int outputs) {
    return Math.abs(log(timing.inputs()) - log(inputs))
        + Math.abs(log(timing.outputs()) - log(outputs));
  }

  /** Linear between the keys around x, the value of the last key outside. */
  private static double interpolate(TreeMap<Double, Double> values, double x) {
    var below = values.floorEntry(x);
    var above = values.ceilingEntry(x);
    if (below == null || above == null) {
      return (below == null ? above : below).getValue();
    }
    double width = above.getKey() - below.getKey();
    double share = width == 0 ? 0 : (x - below.getKey()) / width;
    return below.getValue() + share * (above.getValue() - below.getValue());
  }

  private static double log(int value) {
    return Math.log(Math.max(1, value));
  }
}
