package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.result.Environment;
import io.github.lrfbench.harness.result.Provenance;
import io.github.lrfbench.harness.result.RunInputs;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
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
  private final Provenance provenance = Provenance.current();
  private final Instant startedAt = Instant.now();
  private final List<RunRow> rows = new ArrayList<>();
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
    this.runId = runId;
    this.configs = List.copyOf(configs);
    this.shard = shard;
    this.arguments = List.copyOf(arguments);
  }

  /** Identifies the rows of the call. */
  public String runId() {
    return runId;
  }

  /** The part of the cells that the call runs. */
  Shard shard() {
    return shard;
  }

  private Path file() {
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
  public void writeStart(Device device) {
    if (!started) {
      previous = RunJson.read(file());
      started = true;
    }
    write(describe(device));
  }

  /**
   * One of the configurations is done. A call that found nothing to do leaves the record of the
   * calls that did.
   */
  public void writeEnd(Device device, List<RunRow> written) {
    rows.addAll(written);
    if (rows.isEmpty() && previous.isPresent()) {
      RunJson.write(file(), previous.get());
      return;
    }
    Map<String, Object> record = describe(device);
    record.put("finished_at", Instant.now().toString());
    record.put("cells", rows.size());
    record.put("cells_failed", rows.stream().filter(RunRow::failed).count());
    record.put("models", RunInputs.models(rows));
    record.put("data", RunInputs.data(rows));
    write(record);
  }

  private void write(Map<String, Object> record) {
    addEarlier(record);
    RunJson.write(file(), record);
  }

  private Map<String, Object> describe(Device device) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("run_id", runId);
    record.put("started_at", startedAt.toString());
    record.put("command", arguments);
    record.put("working_directory", Path.of("").toAbsolutePath().toString());
    List<Map<String, Object>> resolved = configs.stream().map(SweepRecord::configuration).toList();
    record.put("configuration", resolved.size() == 1 ? resolved.get(0) : resolved);
    record.put("shard", shard.isWhole() ? null : shard.index() + "/" + shard.count());
    record.put("version", provenance.version());
    record.put("git_commit", provenance.gitCommit());
    record.put("java_version", provenance.javaVersion());
    record.put("host", provenance.host());
    record.put("device", device.id());
    record.put("device_name", device.name());
    record.put("threads", device.threads());
    record.put("software", new TreeMap<>(device.software()));
    record.put("environment", Environment.current());
    return record;
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

  private static Map<String, Object> configuration(SweepConfig config) {
    Map<String, Object> resolved = new LinkedHashMap<>();
    resolved.put("models", config.models());
    resolved.put("tasks", config.tasks());
    resolved.put("methods", config.methods());
    resolved.put("budgets", config.budgets().stream().map(SweepRecord::budget).toList());
    resolved.put("allocations", config.allocations().stream().map(Allocation::text).toList());
    resolved.put("seeds", config.seeds());
    resolved.put("layers", config.layers());
    resolved.put("device", config.device());
    resolved.put("dtype", config.dtype());
    resolved.put("batch_size", config.batchSize());
    resolved.put("seq_len", config.seqLen());
    resolved.put("max_length", config.maxLength());
    resolved.put("limit", config.limit());
    resolved.put("glue", config.glue() == null ? null : config.glue().toString());
    return resolved;
  }

  private static Map<String, Object> budget(Budget budget) {
    return Map.of(budget.kind(), budget.value());
  }
}
