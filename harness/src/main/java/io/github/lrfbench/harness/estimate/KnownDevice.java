package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.estimate.DeviceFigures.Source;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Devices whose peaks and bandwidth their maker publishes, the peaks without sparsity. From
 * NVIDIA's data sheets "V100 Tensor Core GPU" (SXM2), "T4 Tensor Core GPU", "A100 Tensor Core GPU"
 * (80 GB, SXM), "H100 Tensor Core GPU" (SXM) and "H200 Tensor Core GPU" (SXM); the latter two print
 * tensor cores' peaks with sparsity, which are twice these.
 */
enum KnownDevice {
  V100(15_700, 0, 125_000, 0, 900),
  T4(8_100, 0, 65_000, 0, 320),
  A100(19_500, 156_000, 312_000, 312_000, 2_039),
  H100(67_000, 494_500, 989_500, 989_500, 3_350),
  H200(67_000, 494_500, 989_500, 989_500, 4_800);

  /** No data sheet tells; of the order of what replaying a graph takes for each kernel. */
  private static final double LAUNCH_US = 3;

  private final double fp32;
  private final double tf32;
  private final double fp16;
  private final double bf16;
  private final double bandwidth;

  KnownDevice(double fp32, double tf32, double fp16, double bf16, double bandwidth) {
    this.fp32 = fp32;
    this.tf32 = tf32;
    this.fp16 = fp16;
    this.bf16 = bf16;
    this.bandwidth = bandwidth;
  }

  /** The names of all. */
  static List<String> names() {
    return Arrays.stream(values()).map(KnownDevice::name).toList();
  }

  /**
   * The figures of a device.
   *
   * @throws InputException if there is none of a name, or it does not compute in a type
   */
  static DeviceFigures figures(String name, Precision precision) {
    String upper = name.toUpperCase(Locale.ROOT);
    if (!names().contains(upper)) {
      if (name.matches("(?i)cpu|auto|cuda(:\\d+)?")) {
        throw new InputException(
            "no figures are published of the device '"
                + name
                + "': measure it by 'lrfbench kernels --out FILE' and give --measured FILE");
      }
      throw Names.unknown("device", name, names());
    }
    KnownDevice device = valueOf(upper);
    double peak =
        switch (precision) {
          case FP32 -> device.fp32;
          case TF32 -> device.tf32;
          case FP16 -> device.fp16;
          case BF16 -> device.bf16;
          case INT8 ->
              throw new InputException(
                  "--dtype int8: no figures are given of GPUs' products in it");
        };
    if (peak == 0) {
      throw new InputException(
          "--dtype " + precision.label() + ": the " + upper + " has no units for it");
    }
    return new DeviceFigures(
        upper, Source.PUBLISHED, precision, 0, peak, device.fp32, device.bandwidth, LAUNCH_US);
  }
}
