package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.Environment;
import io.github.lrfbench.harness.result.Provenance;
import io.github.lrfbench.harness.result.RunInputs;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code run.json} tells of one call of the command: enough to know how its rows were made,
 * and to repeat it.
 */
public final class SweepRecord {
  private static final String EARLIER = "earlier";

  private final String runId;
  private final List<SweepConfig> configs;
  private final Shard shard;
  private final List<String> arguments;
  private final String file;
  private final Provenance provenance = Provenance.current();
  private final Instant startedAt = Instant.now();
  private final List<RunRow> rows = new ArrayList<>();
  private final MachineWarnings warnings = new MachineWarnings();
  private final KnownTimings timings = new KnownTimings();
  private final Map<String, String> devices = new LinkedHashMap<>();
  private final Map<String, SweepTimes> times = new LinkedHashMap<>();
  private final long startNanos = System.nanoTime();
  private boolean started;
  private Optional<Map<String, Object>> previous = Optional.empty();

  /**
   * A record.
   *
   * @param configs all that the call runs, one after the other, into one directory
   * @param shard the part of the cells that it runs
   * @param arguments the command line
   */
  public SweepRecord(String runId, List<SweepConfig> configs, Shard shard, List<String> arguments) {
    this(runId, configs, shard, arguments, null);
  }

  /**
   * A record of a call that reads a file.
   *
   * @param file the text of the file, or null
   */
  public SweepRecord(
      String runId, List<SweepConfig> configs, Shard shard, List<String> arguments, String file) {
    this.runId = runId;
    this.configs = List.copyOf(configs);
    this.shard = shard;
    this.arguments = List.copyOf(arguments);
    this.file = file;
  }

  /** Identifies the rows of the call. */
  public String runId() {
    return runId;
  }

  /** The part of the cells that the call runs. */
  Shard shard() {
    return shard;
  }

  /** What the call has warned of; not written. */
  MachineWarnings warnings() {
    return warnings;
  }

  /** The times that its models share; not written. */
  KnownTimings timings() {
    return timings;
  }

  /** Where the time goes on a device, by its id. */
  synchronized SweepTimes times(String device) {
    return times.computeIfAbsent(device, id -> new SweepTimes());
  }

  /** Where the time went, a line for each device. */
  public List<String> describeTimes() {
    double all = seconds();
    return times.entrySet().stream()
        .map(
            entry ->
                (times.size() == 1 ? "time: " : "time of " + entry.getKey() + ": ")
                    + entry.getValue().describe(all))
        .toList();
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private Path target() {
    return configs.get(0).out().resolve(RunJson.FILE);
  }

  Provenance provenance() {
    return provenance;
  }

  /** Whether anything was written. */
  public boolean hasStarted() {
    return started;
  }

  /** Writes the file where the results go: the call has begun. */
  public void writeStart(List<Device> used) {
    if (!started) {
      previous = RunJson.read(target());
      started = true;
    }
    write(describe(used));
  }

  /**
   * One of the configurations is done. A call that found nothing to do leaves the record of the
   * calls that did.
   */
  public void writeEnd(List<Device> used, List<RunRow> written) {
    rows.addAll(written);
    if (rows.isEmpty() && previous.isPresent()) {
      RunJson.write(target(), previous.get());
      return;
    }
    Map<String, Object> record = describe(used);
    record.put("finished_at", Instant.now().toString());
    record.put("times", timesToJson());
    record.put("cells", rows.size());
    record.put("cells_failed", rows.stream().filter(RunRow::failed).count());
    record.put("models", RunInputs.models(rows));
    record.put("data", RunInputs.data(rows));
    write(record);
  }

  private void write(Map<String, Object> record) {
    addEarlier(record);
    RunJson.write(target(), record);
  }

  private Map<String, Object> describe(List<Device> used) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("run_id", runId);
    record.put("started_at", startedAt.toString());
    record.put("command", arguments);
    record.put("working_directory", Path.of("").toAbsolutePath().toString());
    record.put("file", file);
    List<Map<String, Object>> resolved = configs.stream().map(SweepSetting::record).toList();
    record.put("configuration", resolved.size() == 1 ? resolved.get(0) : resolved);
    record.put("shard", shard.isWhole() ? null : shard.index() + "/" + shard.count());
    record.put("version", provenance.version());
    record.put("git_commit", provenance.gitCommit());
    record.put("java_version", provenance.javaVersion());
    record.put("host", provenance.host());
    used.forEach(device -> devices.put(device.id(), device.name()));
    record.put("device", oneOrAll(devices.keySet()));
    record.put("device_name", oneOrAll(devices.values()));
    record.put("threads", used.get(0).threads());
    record.put("software", new TreeMap<>(used.get(0).software()));
    record.put("environment", Environment.current());
    return record;
  }

  private Object timesToJson() {
    double all = seconds();
    Map<String, Object> json = new LinkedHashMap<>();
    times.forEach((device, own) -> json.put(device, own.toJson(all)));
    return json.size() == 1 ? json.values().iterator().next() : json;
  }

  private static Object oneOrAll(Collection<String> values) {
    return values.size() == 1 ? values.iterator().next() : List.copyOf(values);
  }

  /** The records of the calls whose rows are in the same files, the latest first. */
  private void addEarlier(Map<String, Object> record) {
    if (previous.isEmpty()) {
      return;
    }
    Map<String, Object> last = new LinkedHashMap<>(previous.get());
    Object before = last.remove(EARLIER);
    List<Object> earlier = new ArrayList<>();
    earlier.add(last);
    if (before instanceof List<?> records) {
      earlier.addAll(records);
    }
    record.put(EARLIER, earlier);
  }
}
