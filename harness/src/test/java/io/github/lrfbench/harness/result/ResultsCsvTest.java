package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsCsvTest {
  private static final String RUNS_CONTRACT =
      "schema, run_id, cell_id, started_at, status, error, model, model_revision, architecture,"
          + " task, split, examples, data_hash, method, method_params, budget_kind, budget,"
          + " rank_min, rank_mean, rank_max, svd_algorithm, seed, device, device_name, dtype,"
          + " threads, metric_name, metric, metric_stderr, accuracy, f1, mcc, pearson, spearman,"
          + " perplexity, loss, metric_dense, metric_drop, params_dense, params, params_ratio,"
          + " linear_params_dense, linear_params, linear_ratio, bytes, flops_per_example,"
          + " flops_ratio, batch_size, seq_len, latency_kind, latency_ms_p50, latency_ms_p90,"
          + " latency_ms_p99, latency_ms_mean, latency_ms_stdev, latency_runs, first_latency_ms,"
          + " throughput_eps, speedup, peak_memory_bytes, relative_error, compress_seconds,"
          + " calibrate_seconds, finetune_seconds, eval_seconds, load_seconds, version, git_commit,"
          + " java_version, cuda_version, driver_version, host, extra, bytes_dense, bytes_ratio,"
          + " linear_bytes_dense, linear_bytes, bits_per_weight, forms, train_hash,"
          + " calibration_examples, heldout_examples, flops_timed, throughput_batch,"
          + " throughput_eps_dense, energy_of, allocate, round_to, finetune_epochs, finetune_lr,"
          + " distill, label, latency_dense_ms_p50, speedup_low, speedup_high, latency_rounds,"
          + " latency_stop, energy_j_per_example, energy_j_per_example_dense,"
          + " energy_source, device_memory_bytes, load_average, clock_mhz, throttled,"
          + " foreign_processes, runtime, exit, exit_training, exit_layer_mean, exit_shares,"
          + " exit_flops_per_example, exit_speedup, exit_speedup_low, exit_speedup_high,"
          + " handover_ns";
  private static final String LAYERS_CONTRACT =
      "schema, run_id, cell_id, layer, rows, cols, rank, params_dense, params, svd_algorithm,"
          + " frobenius_norm, frobenius_error, relative_error, optimal_error, energy_kept,"
          + " output_error, note, seconds, output_norm, predicted_error, condition, ridge,"
          + " form, bits, label";

  private static final String LATENCIES_CONTRACT =
      "schema, run_id, cell_id, round, subject, call, ms";

  @TempDir Path folder;

  @Test
  void columnsStandInTheOrderOfTheContract() {
    assertEquals(List.of(RUNS_CONTRACT.split(", ")), RunColumns.TABLE.header());
    assertEquals(List.of(LAYERS_CONTRACT.split(", ")), LayerColumns.TABLE.header());
    assertEquals(List.of(LATENCIES_CONTRACT.split(", ")), SampleColumns.TABLE.header());
  }

  @Test
  void aRowComesBackAsItWasWritten() {
    RunRow row =
        Rows.run("r", "c").toBuilder()
            .set(RunColumns.STARTED_AT, Instant.parse("2026-01-02T03:04:05.678Z"))
            .set(RunColumns.MODEL, "a \"quoted\", model\\path/größe")
            .set(ScoreColumns.METRIC, Double.NaN)
            .set(ScoreColumns.METRIC_STDERR, 1.0 / 3.0)
            .set(SizeColumns.PARAMS, 110_000_000_000L)
            .set(RunColumns.EXTRA, Map.of("note", "a,b", "flags", List.of(true, 1, "x")))
            .build();
    assertEquals(List.of(row), writeAndRead(row));
  }

  @Test
  void columnsWithoutAValueAreEmptyAndComeBackAsNull() throws IOException {
    RunRow back = writeAndRead(Rows.run("r", "c")).get(0);
    assertNull(back.get(TimeColumns.SPEEDUP));
    assertNull(back.get(RunColumns.EXTRA));
    assertTrue(text().contains(",,"), text());
  }

  @Test
  void textIsKeptOnOneLine() throws IOException {
    RunRow row = Rows.run("r", "c").toBuilder().set(RunColumns.ERROR, "first\r\n\tsecond").build();
    assertEquals("first second", writeAndRead(row).get(0).get(RunColumns.ERROR));
    assertEquals(2, text().lines().count());
  }

  @Test
  void timesHaveOneLength() throws IOException {
    Instant whole = Instant.parse("2026-01-02T03:04:05Z");
    writeAndRead(Rows.run("r", "c").toBuilder().set(RunColumns.STARTED_AT, whole).build());
    assertTrue(text().contains(",2026-01-02T03:04:05.000Z,"), text());
  }

  @Test
  void linesEndAsRfc4180Says() throws IOException {
    writeAndRead(Rows.run("r", "c"));
    assertEquals(2, text().split("\r\n", -1).length - 1);
    assertTrue(text().startsWith("schema,run_id,cell_id,"));
  }

  @Test
  void layersComeBackAsTheyWereWritten() {
    Path path = folder.resolve("layers.csv");
    List<LayerRow> rows = Rows.layers("r", "c");
    try (CsvAppender file = CsvAppender.open(path, LayerColumns.TABLE.header())) {
      file.appendAll(rows.stream().map(ResultsCsv.LAYERS::print).toList());
    }
    assertEquals(rows, ResultsCsv.LAYERS.read(path));
  }

  @Test
  void columnsAreFoundByNameAndPlainLineEndsAreRead() {
    RunRow row = read("task,status,cell_id,run_id,schema,mine\nsst2,ok,c,r,1,x\n").get(0);
    assertEquals("sst2", row.get(RunColumns.TASK));
  }

  @Test
  void anUnfinishedLastRowIsLeftOut() {
    String start = "schema,run_id,cell_id,status,error\r\n1,r,c,ok,\r\n";
    assertEquals(1, read(start + "1,r,d,ok,").size());
    assertEquals(1, read(start + "1,r,d,failed,\"half a").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema,run_id,cell_id,status\n1,r,c,ok\n1,r,d,ok\n",
        "\uFEFFschema,run_id,cell_id,status\r\n1,r,c,ok\r\n1,r,d,ok\r\n",
        "schema,run_id,cell_id,status\n1,r,c,ok\n1,r,d,ok\n\n\r\n\n",
        "schema,run_id,cell_id,status\n\n1,r,c,ok\n\n1,r,d,ok\n",
        "\nschema,run_id,cell_id,status\n1,r,c,ok\n1,r,d,ok\n",
        "schema,run_id,cell_id,status,,\r\n1,r,c,ok,,\r\n,,,,,\r\n1,r,d,ok,,\r\n,,,,,\r\n",
        "\uFEFF\"schema\",\"run_id\",\"cell_id\",\"status\"\n\"1\",\"r\",\"c\",\"ok\"\n1,r,d,ok\n",
        "status,cell_id,schema,run_id\nok,c,1,r\nok,d,1,r\n"
      })
  void aFileThatOthersSavedIsTheSameTable(String content) {
    List<RunRow> rows = read(content);
    assertEquals(List.of("c", "d"), rows.stream().map(row -> row.get(RunColumns.CELL_ID)).toList());
    assertFalse(ResultsCsv.RUNS.endsTorn(folder.resolve("runs.csv")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schema,run_id,status;1,r,ok | is no runs.csv: there is no column cell_id",
        "'' | is no runs.csv: there is no column schema",
        "schema,run_id,cell_id,layer;1,r,c,l | is no runs.csv: there is no column status",
        "schema,run_id,cell_id,status;7,r,c,ok | line 2: schema 7, but this version reads up to 6",
        "schema,run_id,cell_id,status;,r,c,ok | line 2: schema null, but",
        "schema,run_id,cell_id,status;x,r,c,ok | line 2: schema is no integer: 'x'",
        "schema,run_id,cell_id,status;1,r,c,ok;1,r,c | line 3: 3 cells, but 4 columns",
        "schema,run_id,cell_id,status;1,r,,ok | line 2: cell_id is empty",
        "schema,run_id,cell_id,status,metric;1,r,c,ok,good | metric is no number: 'good'",
        "schema,run_id,cell_id,status,extra;1,r,c,ok,[] | extra is no json: '[]'",
        "schema,run_id,cell_id,status,started_at;1,r,c,ok,now | started_at is no time: 'now'",
        "schema,run_id,cell_id,cell_id;1,r,c,c | is no CSV: ",
        "schema,run_id,cell_id,status;1,r,c,\"o\"k | is no CSV: ",
        "schema,run_id,cell_id,status;1,r,1.23457E+15,ok | has made a number of the cell_id"
      })
  void aBadFileIsNamedWithItsFault(String content, String fault) {
    InputException e =
        assertThrows(InputException.class, () -> read(content.replace(";", "\r\n") + "\r\n"));
    assertTrue(e.getMessage().contains(fault), e.getMessage());
    assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void otherSeparatorsAreNamed() {
    for (String separator : List.of(";", "\t")) {
      InputException e =
          assertThrows(
              InputException.class,
              () -> read("schema,run_id,cell_id\n1,r,c\n".replace(",", separator)));
      assertTrue(e.getMessage().contains("save it with commas"), e.getMessage());
    }
  }

  @Test
  void aMissingFileAndWrongBytesAreFaultsToo() throws IOException {
    Path path = folder.resolve("runs.csv");
    assertThrows(InputException.class, () -> ResultsCsv.RUNS.read(path));
    Files.write(path, new byte[] {'a', (byte) 0xff, '\n'});
    InputException e = assertThrows(InputException.class, () -> ResultsCsv.RUNS.read(path));
    assertTrue(e.getMessage().endsWith("is not UTF-8"), e.getMessage());
  }

  @Test
  void aRowNeedsItsIdentity() {
    RunRow.Builder builder = RunRow.builder().set(RunColumns.RUN_ID, "r");
    assertThrows(IllegalArgumentException.class, builder::build);
  }

  private List<RunRow> writeAndRead(RunRow row) {
    Path path = folder.resolve("runs.csv");
    try (CsvAppender file = CsvAppender.open(path, RunColumns.TABLE.header())) {
      file.append(ResultsCsv.RUNS.print(row));
    }
    return ResultsCsv.RUNS.read(path);
  }

  private List<RunRow> read(String content) {
    Path path = folder.resolve("runs.csv");
    try {
      Files.writeString(path, content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return ResultsCsv.RUNS.read(path);
  }

  private String text() throws IOException {
    return Files.readString(folder.resolve("runs.csv"), StandardCharsets.UTF_8);
  }
}
