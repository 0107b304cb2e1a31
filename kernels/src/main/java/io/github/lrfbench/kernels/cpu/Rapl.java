package io.github.lrfbench.kernels.cpu;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The energy of all processor packages, by the counters that Linux shows of RAPL ("Running Average
 * Power Limit", of Intel's processors since 2011 and AMD's since Zen). Packages are summed; their
 * parts (cores, memory) and the whole platform ({@code psys}) are not, since those would count
 * twice.
 */
final class Rapl {
  static final String SOURCE = "rapl";

  /** A zone at the top; its parts have a second number. */
  private static final String TOP_ZONES = "intel-rapl:[0-9]*";

  private static final double MICROJOULES = 1e6;

  private final List<Package> packages;
  private final String detail;

  private Rapl(List<Package> packages, String detail) {
    this.packages = packages;
    this.detail = detail;
  }

  /**
   * Looks for the counters.
   *
   * @param folder that holds the zones, {@code /sys/class/powercap} of Linux
   */
  static Rapl in(Path folder) {
    List<Path> zones = packages(folder);
    if (zones.isEmpty()) {
      return new Rapl(
          List.of(),
          "no packages in "
              + folder.resolve("intel-rapl:*")
              + "; containers see them where LRFBENCH_POWERCAP names a mounted folder with them,"
              + " virtual machines seldom");
    }
    List<Package> packages = new ArrayList<>();
    boolean counts = false;
    for (Path zone : zones) {
      try {
        Package each = Package.of(zone);
        counts |= each.last > 0;
        packages.add(each);
      } catch (IOException | NumberFormatException e) {
        // The sum of some packages would look like one of all.
        return new Rapl(List.of(), whyUnreadable(zone, e));
      }
    }
    return counts
        ? new Rapl(packages, packages.size() + " processor package(s), without their memory")
        : new Rapl(List.of(), "the counters stand at 0, as in some virtual machines");
  }

  private static List<Path> packages(Path folder) {
    List<Path> zones = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, TOP_ZONES)) {
      for (Path zone : stream) {
        boolean isPart = zone.getFileName().toString().matches("intel-rapl:.*:.*");
        if (!isPart && text(zone.resolve("name")).startsWith("package")) {
          zones.add(zone);
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    Collections.sort(zones);
    return zones;
  }

  /** One line on a counter that cannot be read. */
  static String whyUnreadable(Path zone, Exception failure) {
    return failure instanceof AccessDeniedException
        ? zone
            + "/energy_uj is for root only (CVE-2020-8694); until the next boot: sudo chmod a+r "
            + zone.resolveSibling("intel-rapl:*")
            + "/energy_uj"
        : zone + "/energy_uj cannot be read: " + failure.getMessage();
  }

  /** Whether there is something to read. */
  boolean isReadable() {
    return !packages.isEmpty();
  }

  /** What is counted, or why nothing. */
  String detail() {
    return detail;
  }

  /** Joules since the counters were found; NaN if one of them cannot be read any more. */
  synchronized double joules() {
    if (packages.isEmpty()) {
      return Double.NaN;
    }
    double sum = 0;
    for (Package each : packages) {
      sum += each.microjoules();
    }
    return sum / MICROJOULES;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(text(file));
  }

  /** The counter of a package, which begins anew after its largest value. */
  private static final class Package {
    private final Path energy;
    private final long range;
    private long last;
    private double total;

    private Package(Path energy, long range, long last) {
      this.energy = energy;
      this.range = range;
      this.last = last;
    }

    static Package of(Path zone) throws IOException {
      Path energy = zone.resolve("energy_uj");
      long range = number(zone.resolve("max_energy_range_uj"));
      return new Package(energy, range, number(energy));
    }

    double microjoules() {
      try {
        long now = number(energy);
        total += now >= last ? now - last : range - last + now;
        last = now;
        return total;
      } catch (IOException | NumberFormatException e) {
        return Double.NaN;
      }
    }
  }
}
