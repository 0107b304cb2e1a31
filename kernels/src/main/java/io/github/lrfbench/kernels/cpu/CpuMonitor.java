package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceState;
import io.github.lrfbench.kernels.host.Workers;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Energy, clock and thermal throttling of the processors, as Linux shows them in files, and how far
 * the threads of a team are from each other.
 */
final class CpuMonitor implements DeviceMonitor {
  /** Engines of containers hide the usual folder. */
  private static final String POWERCAP = "LRFBENCH_POWERCAP";

  private static final String PROCESSORS = "sys/devices/system/cpu";
  private static final Pattern MHZ = Pattern.compile("(?m)^cpu MHz\\s*: (\\d{1,6}(?:\\.\\d+)?)$");
  private static final double KILOHERTZ = 1e3;

  private final Path root;
  private final Rapl rapl;
  private final HandOver handOver;
  private long throttles;

  /**
   * A monitor.
   *
   * @param root of the file system
   * @param powercap the folder that holds the zones of RAPL
   * @param team whose hand-overs are timed
   */
  CpuMonitor(Path root, Path powercap, Workers team) {
    this.root = root;
    rapl = Rapl.in(powercap);
    handOver = new HandOver(team);
    throttles = throttleCount();
  }

  static CpuMonitor ofThisMachine(Workers team) {
    String named = System.getenv(POWERCAP);
    return new CpuMonitor(
        Path.of("/"),
        Path.of(named == null || named.isBlank() ? "/sys/class/powercap" : named),
        team);
  }

  @Override
  public String energySource() {
    return rapl.isReadable() ? Rapl.SOURCE : "";
  }

  @Override
  public String energyDetail() {
    return rapl.detail();
  }

  @Override
  public double joules() {
    return rapl.joules();
  }

  @Override
  public synchronized DeviceState state() {
    // At first, while the helpers still wait actively for more work.
    OptionalDouble handoverNanos = handOver.nanos();
    long before = throttles;
    throttles = throttleCount();
    SortedSet<String> slowdowns = new TreeSet<>();
    if (throttles > before) {
      slowdowns.add("thermal");
    }
    return new DeviceState(
        OptionalLong.empty(),
        OptionalLong.empty(),
        clockMhz(),
        slowdowns,
        OptionalInt.empty(),
        handoverNanos);
  }

  /** How often processors were slowed down for their heat; 0 where that is not counted. */
  private long throttleCount() {
    return (long)
        (sum("thermal_throttle/core_throttle_count")
            + sum("thermal_throttle/package_throttle_count"));
  }

  private double sum(String file) {
    double[] sum = new double[1];
    forEachProcessor(file, value -> sum[0] += value);
    return sum[0];
  }

  /** The highest clock of all processors: that of one that works. */
  private OptionalDouble clockMhz() {
    double[] highest = new double[1];
    forEachProcessor(
        "cpufreq/scaling_cur_freq", value -> highest[0] = Math.max(highest[0], value / KILOHERTZ));
    if (highest[0] == 0) {
      try {
        Matcher matcher = MHZ.matcher(Files.readString(root.resolve("proc/cpuinfo")));
        while (matcher.find()) {
          highest[0] = Math.max(highest[0], Double.parseDouble(matcher.group(1)));
        }
      } catch (IOException e) {
        // The system does not tell.
      }
    }
    return highest[0] == 0 ? OptionalDouble.empty() : OptionalDouble.of(highest[0]);
  }

  private interface Reader {
    void read(double value);
  }

  /** Reads a file of one number from the folders of all processors that have it. */
  private void forEachProcessor(String file, Reader reader) {
    Path folder = root.resolve(PROCESSORS);
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, "cpu[0-9]*")) {
      for (Path processor : stream) {
        Path path = processor.resolve(file);
        if (Files.isRegularFile(path)) {
          reader.read(Long.parseLong(Files.readString(path).strip()));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not told, or of a form that we do not know.
    }
  }
}
