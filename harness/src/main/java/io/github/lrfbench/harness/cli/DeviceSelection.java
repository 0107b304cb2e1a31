package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ProductRounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Options that say where to compute. */
@OptionTopic.Of(OptionTopic.DEVICE)
final class DeviceSelection {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      split = ",",
      defaultValue = "${env:LRFBENCH_DEVICE:-auto}",
      description =
          "auto, cpu or cuda[:i]. Default: LRFBENCH_DEVICE, else auto. Repeatable in a sweep: GPUs share its cells out, each runs one at a time; on cpu,cuda all cells run on the one, then on the other.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      split = ",",
      defaultValue = "fp32",
      description =
          "Type of the numbers computed with: fp32; tf32, fp16 on a GPU; bf16; int8. Default: fp32. Repeatable in a sweep.")
  private List<String> dtypes = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Host threads; cells are the same with any number. Default: 0, one per processor.")
  int threads;

  private final List<String> log = new ArrayList<>();

  /** The device by its id, or {@code auto}. */
  String device() {
    return OneValue.of("--device", devices);
  }

  /**
   * The devices of a sweep's grid by their ids, joined by commas.
   *
   * @throws InputException if they are not of one kind, or one is named twice
   */
  String ofOneKind() {
    List<String> kinds = DeviceKinds.of(devices);
    if (kinds.size() > 1) {
      throw new InputException(
          "LRFBENCH_DEVICE names "
              + String.join(" and ", kinds)
              + "; give several kinds by --device");
    }
    return kinds.get(0);
  }

  /** Takes another device than the command line says. */
  void device(String id) {
    devices = List.of(id);
  }

  /** The type of the numbers computed with. */
  String dtype() {
    return OneValue.of("--dtype", dtypes);
  }

  /** The type of a model's numbers on a device that was opened for inference. */
  DType storage(Device device) {
    return Precision.parse(dtype()).storage(device);
  }

  /**
   * Opens the device for work that types of 8 and 16 bits are not meant for.
   *
   * @throws InputException if one is asked for, or there is no such device
   */
  Device openInFull(String command) {
    if (!Precision.parse(dtype()).isFull()) {
      throw new InputException(
          command + " works in fp32 or tf32, not in " + dtype() + "; leave out --dtype");
    }
    return open();
  }

  /**
   * Opens the device for training: numbers are F32, and 16-bit types are those of products only.
   *
   * @throws InputException if there is no such device
   */
  Device openForTraining() {
    Precision precision = Precision.parse(dtype());
    if (precision == Precision.INT8) {
      throw new InputException("training works in fp32, tf32, fp16 and bf16, not in int8");
    }
    Device device = open(precision.trainingRounding());
    if (device.id().equals("cpu") && precision != Precision.FP32) {
      device.close();
      throw new InputException("training on the CPU works in fp32, not in " + dtype());
    }
    return device;
  }

  /**
   * Opens the device.
   *
   * @throws InputException if there is no such device
   */
  Device open() {
    return open(Precision.parse(dtype()).rounding());
  }

  /**
   * Opens all devices that are named, for work in full precision.
   *
   * @throws InputException if another type is asked for, or there is no such device
   */
  List<Device> openAll(String command) {
    if (Precision.parse(dtype()) != Precision.FP32) {
      throw new InputException(command + " works in fp32, not in " + dtype());
    }
    return openAll(devices, ProductRounding.NONE);
  }

  /**
   * Opens the devices that are named, but for some.
   *
   * @param but their full ids
   * @throws InputException if there is no such device
   */
  List<Device> openAll(Set<String> but) {
    return openAll(
        devices.stream().filter(id -> !but.contains(DeviceKinds.full(id))).toList(),
        Precision.parse(dtype()).rounding());
  }

  private List<Device> openAll(List<String> ids, ProductRounding rounding) {
    log.clear();
    List<Device> opened = new ArrayList<>();
    boolean done = false;
    try {
      ids.forEach(id -> opened.add(open(id, rounding)));
      done = true;
    } finally {
      if (!done) {
        opened.forEach(Device::close);
      }
    }
    return opened;
  }

  private Device open(ProductRounding rounding) {
    log.clear();
    return open(device(), rounding);
  }

  private Device open(String id, ProductRounding rounding) {
    Precision precision = Precision.parse(dtype());
    // GPUs compute in 16-bit numbers; the CPU has F32 numbers, and rounds the factors of products.
    DeviceOptions onCpu = new DeviceOptions(threads, precision.trainingRounding());
    boolean cpu = id.equals("cpu");
    if (cpu) {
      requireOfCpu(precision);
    }
    Device opened = Devices.open(id, cpu ? onCpu : new DeviceOptions(threads, rounding), log::add);
    if (!cpu && opened.id().equals("cpu") && opened.rounding() != onCpu.rounding()) {
      opened.close();
      requireOfCpu(precision);
      opened = Devices.open("cpu", onCpu, log::add);
    }
    if (!id.equals("auto")) {
      log.add("device " + opened.id() + " (" + opened.name() + ")");
    }
    String library = opened.software().get("rounded_products");
    if (library != null) {
      log.add("products in " + precision.label() + ": " + library);
    }
    return opened;
  }

  private static void requireOfCpu(Precision precision) {
    if (precision == Precision.TF32 || precision == Precision.FP16) {
      throw new InputException(
          "--dtype "
              + precision.label()
              + " is not supported by the CPU device; it computes in fp32, bf16 and int8");
    }
  }

  /** One line on what was opened, and where it was chosen automatically, why. */
  String choice() {
    return String.join(", ", log);
  }
}
