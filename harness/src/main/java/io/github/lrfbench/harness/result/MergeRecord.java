package io.github.lrfbench.harness.result;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code run.json} of merged results: what was merged, with the records of all of it. */
final class MergeRecord {
  private MergeRecord() {}

  /**
   * A record.
   *
   * @param command the arguments of the call
   * @param files every {@code runs.csv} that was read
   * @param rows those that were written
   * @throws io.github.lrfbench.kernels.InputException if the record of one cannot be read
   */
  static Map<String, Object> of(List<String> command, Collection<Path> files, List<RunRow> rows) {
    Provenance provenance = Provenance.current();
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("merged_at", Instant.now().toString());
    record.put("command", command);
    record.put("working_directory", Path.of("").toAbsolutePath().toString());
    record.put("version", provenance.version());
    record.put("git_commit", provenance.gitCommit());
    record.put("java_version", provenance.javaVersion());
    record.put("host", provenance.host());
    record.put("cells", rows.size());
    record.put("cells_failed", rows.stream().filter(RunRow::failed).count());
    record.put("models", RunInputs.models(rows));
    record.put("data", RunInputs.data(rows));
    List<Object> merged = new ArrayList<>();
    for (Path file : files) {
      Map<String, Object> source = new LinkedHashMap<>();
      source.put("file", file.toString());
      source.put("record", RunJson.read(file.resolveSibling(RunJson.FILE)).orElse(null));
      merged.add(source);
    }
    record.put("merged", merged);
    return record;
  }
}
