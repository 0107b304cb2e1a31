package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a device can do, as the roofline knows it (Williams, Waterman and Patterson 2009).
 *
 * @param name of the device
 * @param source of the figures
 * @param precision of the numbers that they hold for
 * @param threads of a processor; 0 where that says nothing
 * @param peak 10^9 floating-point operations a second of products
 * @param other the same of all that is no product
 * @param bandwidth 10^9 bytes a second of memory
 * @param launch microseconds that it takes to start an operation
 */
public record DeviceFigures(
    String name,
    Source source,
    Precision precision,
    long threads,
    double peak,
    double other,
    double bandwidth,
    double launch) {
  private static final String GIVEN_NAME = "a device as given";
  private static final double MILLION = 1e6;
  private static final double THOUSAND = 1e3;

  /** Where figures are from. */
  public enum Source {
    /** The maker's data sheet. */
    PUBLISHED,
    /** What {@code kernels} wrote. */
    MEASURED,
    /** The user, in part or in all. */
    GIVEN
  }

  /** Checks the numbers. */
  public DeviceFigures {
    require("--peak-gflops", peak, true);
    require("the speed of activations (gflop_per_s of kind gelu)", other, true);
    require("--bandwidth-gbs", bandwidth, true);
    require("--launch-us", launch, false);
  }

  private static void require(String option, double value, boolean positive) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY) || positive && value == 0) {
      throw new InputException(
          option + " must be a number " + (positive ? "above" : "of at least") + " 0");
    }
  }

  /**
   * The figures that a user asks for.
   *
   * @param device a name of {@link #names}, or null
   * @param measured a file of {@code kernels}, or null
   * @param notes is told what was not measured
   * @throws InputException if neither names figures, or a file is wrong
   */
  public static DeviceFigures find(String device, Path measured, Precision precision, Notes notes) {
    if (device != null && measured != null) {
      throw new InputException("--device and --measured both name a device; give one");
    }
    return measured == null
        ? KnownDevice.figures(device, precision)
        : MeasuredFigures.read(measured, precision, notes);
  }

  /** The figures that a user gives himself. */
  public static DeviceFigures given(
      Precision precision, double peak, double bandwidth, double launch) {
    return new DeviceFigures(GIVEN_NAME, Source.GIVEN, precision, 0, peak, peak, bandwidth, launch);
  }

  /** The devices whose figures are published. */
  public static List<String> names() {
    return KnownDevice.names();
  }

  /** The same with what a user gave instead; null where nothing was. The peak is of products. */
  public DeviceFigures with(Double givenPeak, Double givenBandwidth, Double givenLaunch) {
    if (givenPeak == null && givenBandwidth == null && givenLaunch == null) {
      return this;
    }
    return new DeviceFigures(
        name,
        Source.GIVEN,
        precision,
        threads,
        givenPeak == null ? peak : givenPeak,
        other,
        givenBandwidth == null ? bandwidth : givenBandwidth,
        givenLaunch == null ? launch : givenLaunch);
  }

  /**
   * Whether they are of a device; those that a user gives without a name may be of any.
   *
   * @param maker what its maker calls it, such as NVIDIA A100-SXM4-80GB
   */
  boolean isOf(String maker) {
    return name.equals(GIVEN_NAME)
        || maker.equals(name)
        || List.of(maker.split("[ -]")).contains(name);
  }

  /** Milliseconds of arithmetic of an operation. */
  double arithmetic(Work work) {
    return (work.productFlops() / peak + work.otherFlops() / other) / MILLION;
  }

  /** Milliseconds in which memory lets an operation's bytes through. */
  double memory(Work work) {
    return work.bytes() / bandwidth / MILLION;
  }

  /** Milliseconds of a launch. */
  double launchMillis() {
    return launch / THOUSAND;
  }

  /** Milliseconds of an operation: what takes longer, and its launch. */
  public double millis(Work work) {
    return Math.max(arithmetic(work), memory(work)) + launchMillis();
  }
}
