package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.estimate.DeviceFigures.Source;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.report.Roofline;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Figures of a device as {@code kernels} measured them: the peak of the fastest product, the
 * bandwidth of a sum of matrices that no cache holds, the operations of activations, and what it
 * takes to start the sum of two numbers; of each the fastest run.
 */
final class MeasuredFigures {
  private static final double MICROS = 1e3;

  private MeasuredFigures() {}

  /**
   * Reads a file.
   *
   * @param notes is told what was not measured
   * @throws InputException if it has no products in this type, or those of several devices
   */
  static DeviceFigures read(Path file, Precision precision, Notes notes) {
    List<KernelRow> rows =
        ResultsCsv.KERNELS.read(file, notes).stream()
            .filter(row -> precision.label().equals(row.get(KernelColumns.DTYPE)))
            .toList();
    List<String> devices =
        rows.stream()
            .map(row -> row.get(KernelColumns.DEVICE_NAME) + ", threads " + threads(row))
            .distinct()
            .toList();
    if (devices.size() > 1) {
      throw new InputException(
          file
              + ": is of several devices or numbers of threads ("
              + String.join("; ", devices)
              + "); give a file of one");
    }
    Roofline roofline = Roofline.of(rows);
    if (roofline.peak() == 0) {
      throw new InputException(file + ": holds no products in " + precision.label());
    }
    Double bandwidth =
        last(rows, KernelRow.STREAM, row -> row.get(KernelColumns.GB_PER_S) / fastest(row));
    Double other =
        last(rows, KernelRow.GELU, row -> row.get(KernelColumns.GFLOP_PER_S) / fastest(row));
    Double launch =
        last(rows, KernelRow.LAUNCH, row -> row.get(KernelColumns.MS_PER_MATRIX) * fastest(row));
    if (bandwidth == null) {
      notes.add(
          file, "has no row of kind stream: the fastest product's bandwidth is taken for memory's");
    }
    if (other == null) {
      notes.add(
          file, "has no row of kind gelu: what is no product is taken to be as fast as products");
    }
    if (launch == null) {
      notes.add(file, "has no row of kind launch: starting an operation is taken to cost nothing");
    }
    return new DeviceFigures(
        Objects.toString(rows.get(0).get(KernelColumns.DEVICE_NAME), file.toString()),
        Source.MEASURED,
        precision,
        threads(rows.get(0)),
        roofline.peak(),
        other == null ? roofline.peak() : other,
        bandwidth == null ? roofline.bandwidth() : bandwidth,
        launch == null ? 0 : launch * MICROS);
  }

  private static long threads(KernelRow row) {
    Long threads = row.get(KernelColumns.THREADS);
    return threads == null ? 0 : threads;
  }

  /** The time of the fastest run / the median: a peak is what other programs did not take. */
  private static double fastest(KernelRow row) {
    Double fastest = row.get(KernelColumns.LATENCY_MS_MIN);
    Double median = row.get(KernelColumns.LATENCY_MS_P50);
    return fastest == null || median == null ? 1 : fastest / median;
  }

  /** Of a measurement that is there several times, the last counts; null if it is not. */
  private static Double last(
      List<KernelRow> rows, String kind, Function<KernelRow, Double> figure) {
    return rows.stream()
        .filter(row -> kind.equals(row.get(KernelColumns.KIND)))
        .reduce((before, row) -> row)
        .map(figure)
        .orElse(null);
  }
}
