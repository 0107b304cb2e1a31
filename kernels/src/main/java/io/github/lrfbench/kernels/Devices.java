package io.github.lrfbench.kernels;

import io.github.lrfbench.kernels.DeviceProvider.Availability;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Finds and opens devices. */
public final class Devices {
  private Devices() {}

  /** All providers on the class path, the preferred first. */
  public static List<DeviceProvider> providers() {
    return ServiceLoader.load(DeviceProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(DeviceProvider::rank).reversed())
        .toList();
  }

  /** Opens a device with all threads and drops the line that explains the choice. */
  public static Device open(String id) {
    return open(id, DeviceOptions.DEFAULT, line -> {});
  }

  /**
   * Opens a device.
   *
   * @param id {@code auto}, a kind ({@code cpu}, {@code cuda}) or a kind and number ({@code
   *     cuda:1})
   * @param log receives one line that says what {@code auto} took, and why not the better kinds
   * @throws InputException if there is no such device
   */
  public static Device open(String id, DeviceOptions options, Consumer<String> log) {
    List<DeviceProvider> providers = providers();
    if (id.equals("auto")) {
      return openBest(providers, options, log);
    }
    int colon = id.indexOf(':');
    String kind = colon < 0 ? id : id.substring(0, colon);
    int index = colon < 0 ? 0 : parseIndex(id, id.substring(colon + 1));
    for (DeviceProvider provider : providers) {
      if (provider.kind().equals(kind)) {
        Availability availability = provider.availability();
        if (!availability.available()) {
          throw new InputException("device '" + id + "' cannot be used: " + availability.detail());
        }
        return provider.open(index, options);
      }
    }
    String kinds = providers.stream().map(DeviceProvider::kind).collect(Collectors.joining(", "));
    throw new InputException("unknown device '" + id + "'; there are auto, " + kinds);
  }

  private static Device openBest(
      List<DeviceProvider> providers, DeviceOptions options, Consumer<String> log) {
    StringBuilder why = new StringBuilder();
    for (DeviceProvider provider : providers) {
      Availability availability = provider.availability();
      String reason = availability.detail();
      if (availability.available()) {
        try {
          Device device = provider.open(0, options);
          log.accept("device " + device.id() + " (" + device.name() + ")" + why);
          return device;
        } catch (RuntimeException e) {
          // A device that is there may be in exclusive use, or have no memory left.
          reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
      }
      why.append("; not ").append(provider.kind()).append(": ").append(reason);
    }
    throw new InputException("no device can be used" + why);
  }

  private static int parseIndex(String id, String digits) {
    try {
      int index = Integer.parseInt(digits);
      if (index >= 0) {
        return index;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one error for all malformed numbers.
    }
    throw new InputException("device '" + id + "' has no valid number after the colon");
  }
}
