package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cuda.driver.CudaCallException;
import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/** Offers NVIDIA's GPUs. */
public final class CudaDeviceProvider implements DeviceProvider {
  private static final int RANK = 100;
  private static final int VOLTA = 70;
  private static final int AMPERE = 80;

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public int rank() {
    return RANK;
  }

  @Override
  public Availability availability() {
    for (CudaLibrary library : CudaLibrary.values()) {
      CudaLibrary.Presence presence = library.presence();
      if (!presence.found()) {
        return new Availability(false, presence.detail());
      }
    }
    try {
      return devices();
    } catch (CudaCallException | InputException e) {
      return new Availability(false, e.getMessage());
    }
  }

  @Override
  public List<String> names() {
    if (!availability().available()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (int index = 0; index < count(); index++) {
      names.add(properties(index).name());
    }
    return names;
  }

  @Override
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (CudaLibrary library : CudaLibrary.values()) {
      CudaLibrary.Presence presence = library.presence();
      parts.add(new Part(library.label(), presence.found(), presence.detail()));
    }
    return parts;
  }

  @Override
  public Device open(int index, DeviceOptions options) {
    int count = count();
    if (index >= count) {
      throw new InputException(
          "there is no device cuda:"
              + index
              + (count == 1
                  ? "; there is cuda:0 only"
                  : "; there are cuda:0 to cuda:" + (count - 1)));
    }
    if (properties(index).capability() < VOLTA) {
      throw new InputException(
          "cuda:"
              + index
              + " ("
              + properties(index).name()
              + ") cannot be used; compute capability 7.0 or newer is needed");
    }
    for (CudaLibrary library : CudaLibrary.values()) {
      library.load();
    }
    CudaDevice device = new CudaDevice(index, options);
    boolean takesAmpere =
        options.rounding() == ProductRounding.TF32 || options.rounding() == ProductRounding.BF16;
    if (takesAmpere && device.properties().capability() < AMPERE) {
      device.close();
      throw new InputException(
          device.name()
              + " does not compute in "
              + options.rounding().name().toLowerCase(Locale.ROOT)
              + "; that takes compute capability 8.0");
    }
    return device;
  }

  private static Availability devices() {
    int count = count();
    int[] version = new int[1];
    checkDriver(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
    String driver = "driver for CUDA " + version[0] / 1000 + "." + version[0] % 1000 / 10;
    int major = CudaLibrary.major();
    if (version[0] / 1000 < major) {
      return new Availability(
          false,
          "the " + driver + " is too old: " + major + ".0 or newer is needed by the libraries");
    }
    if (count == 0) {
      return new Availability(
          false, "the driver shows no GPU; is it hidden by CUDA_VISIBLE_DEVICES?");
    }
    DeviceProperties properties = properties(0);
    boolean isRecent = properties.capability() >= VOLTA;
    String others = count == 1 ? "" : " and " + (count - 1) + " more";
    return new Availability(
        isRecent,
        properties.name()
            + others
            + ", "
            + driver
            + (isRecent ? "" : "; compute capability 7.0 or newer is needed"));
  }

  private static DeviceProperties properties(int index) {
    CUdevice device = new CUdevice();
    checkDriver(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet " + index);
    return DeviceProperties.of(device);
  }

  private static int count() {
    CudaLibrary.DRIVER.load();
    checkDriver(JCudaDriver.cuInit(0), "cuInit");
    int[] count = new int[1];
    checkDriver(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
    return count[0];
  }
}
