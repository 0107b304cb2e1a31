package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.text.Names;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Finds compression methods on the class path. */
public final class Compressors {
  /** Other names of methods: Swift-SVD's projection (Qi et al. 2026) is DRONE's. */
  private static final Map<String, String> ALIASES = Map.of("swift", "drone");

  private Compressors() {}

  /** All methods: dense first, the others by name. */
  public static List<Compressor> all() {
    Comparator<Compressor> byName = Comparator.comparing(method -> method.info().name());
    Comparator<Compressor> denseLast =
        Comparator.comparing(method -> method.info().name().equals(DenseBaseline.NAME));
    return ServiceLoader.load(Compressor.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(denseLast.reversed().thenComparing(byName))
        .toList();
  }

  /**
   * The method of a name, or of another that it is known by.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none; it tells the nearest names
   */
  public static Compressor get(String name) {
    List<Compressor> all = all();
    String own = ALIASES.getOrDefault(name, name);
    return all.stream()
        .filter(method -> method.info().name().equals(own))
        .findFirst()
        .orElseThrow(
            () ->
                Names.unknown(
                    "method", name, all.stream().map(method -> method.info().name()).toList()));
  }
}
