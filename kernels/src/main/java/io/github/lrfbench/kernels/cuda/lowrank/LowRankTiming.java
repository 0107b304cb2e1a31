package io.github.lrfbench.kernels.cuda.lowrank;

import io.github.lrfbench.kernels.DType;
import java.util.Locale;
import java.util.Optional;

/**
 * What one low-rank product takes in its two forms.
 *
 * @param dtype of all matrices
 * @param rows of x
 * @param inputs of the product
 * @param rank of the middle
 * @param outputs of the product
 * @param fusedMicros microseconds as one kernel
 * @param twoMicros microseconds as two products and an epilogue
 */
public record LowRankTiming(
    DType dtype,
    int rows,
    int inputs,
    int rank,
    int outputs,
    double fusedMicros,
    double twoMicros) {
  static final String HEADER = "dtype,rows,inputs,rank,outputs,fused_us,two_us";

  /** The natural logarithm of how much faster the fused form is; negative if it is slower. */
  double logGain() {
    return Math.log(twoMicros / fusedMicros);
  }

  /** The line of a file under {@link #HEADER}. */
  public String toCsv() {
    return String.format(
        Locale.ROOT,
        "%s,%d,%d,%d,%d,%.3f,%.3f",
        dtype,
        rows,
        inputs,
        rank,
        outputs,
        fusedMicros,
        twoMicros);
  }

  /** Reads a line, or nothing if it is none. */
  static Optional<LowRankTiming> parse(String line) {
    String[] fields = line.split(",");
    try {
      return fields.length != 7
          ? Optional.empty()
          : Optional.of(
              new LowRankTiming(
                  DType.valueOf(fields[0]),
                  Integer.parseInt(fields[1]),
                  Integer.parseInt(fields[2]),
                  Integer.parseInt(fields[3]),
                  Integer.parseInt(fields[4]),
                  Double.parseDouble(fields[5]),
                  Double.parseDouble(fields[6])));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
