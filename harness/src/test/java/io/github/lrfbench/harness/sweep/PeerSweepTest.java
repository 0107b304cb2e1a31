package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerException;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.report.RunTable;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of peers: in their own cells, beside ours, of what computes the same only. */
class PeerSweepTest {
  private static final List<Recovery> UNTRAINED = List.of(Recovery.NONE);

  @TempDir private Path folder;

  private Path model;

  /** In the place of the one above. */
  private List<String> models;

  /** Runs what it is given by our own code, each pass in 3 ms, and its logits are off by a bit. */
  private static final class Twin implements PeerRuntime {
    private static final long NANOS = 3_000_000;

    private final float off;
    private final AtomicInteger opened = new AtomicInteger();

    Twin(float off) {
      this.off = off;
    }

    @Override
    public String name() {
      return "twin";
    }

    @Override
    public Format format() {
      return Format.CHECKPOINT;
    }

    @Override
    public String version() {
      return "twin 1.0";
    }

    @Override
    public Peer open(Path directory, int threads) {
      opened.incrementAndGet();
      Device device = Devices.open("cpu", new DeviceOptions(threads), line -> {});
      LoadedModel loaded = LoadedModel.open(directory, device);
      return new Peer() {
        @Override
        public float[] read(List<int[]> sequences) {
          try (Scope scope = device.openScope();
              Ops ops = new EagerOps(device)) {
            List<TokenSequence> input =
                sequences.stream().map(ids -> new TokenSequence(ids, new int[ids.length])).toList();
            TokenBatch batch = TokenBatch.of(scope, input, loaded.model().info());
            float[] logits = loaded.model().forward(ops, batch).toFloats();
            logits[logits.length - 1] += off;
            return logits;
          }
        }

        @Override
        public List<ProcessHandle> processes() {
          return List.of(ProcessHandle.current());
        }

        @Override
        public void run() {}

        @Override
        public long lastNanos() {
          return NANOS;
        }

        @Override
        public void close() {
          loaded.close();
          device.close();
        }
      };
    }
  }

  @BeforeEach
  void writeData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    for (String task : List.of("SST-2", "CoLA")) {
      boolean pairs = task.equals("SST-2");
      StringBuilder rows = new StringBuilder(pairs ? "sentence\tlabel\n" : "");
      for (int i = 0; i < 12; i++) {
        String text = i % 3 == 0 ? "a good film ." : "the plot is not very bad";
        rows.append(pairs ? text + "\t" + i % 2 : "g\t" + i % 2 + "\t\t" + text).append('\n');
      }
      Path data = Files.createDirectories(folder.resolve("glue").resolve(task));
      Files.writeString(data.resolve("dev.tsv"), rows);
      Files.writeString(data.resolve("train.tsv"), rows);
    }
  }

  @Test
  void aPeersRowTellsTimesBesideOurs() {
    List<RunRow> rows = run("out", List.of("sst2"), UNTRAINED, new Twin(0));
    assertEquals(4, rows.size(), rows + "");
    for (int i = 0; i < 4; i += 2) {
      RunRow ours = rows.get(i);
      RunRow peers = rows.get(i + 1);
      assertEquals("lrfbench", ours.get(RunColumns.RUNTIME));
      assertFalse(ours.ofPeer());
      assertTrue(peers.ofPeer());
      assertEquals(RunRow.OK, peers.get(RunColumns.STATUS), peers.get(RunColumns.ERROR));
      assertEquals("twin 1.0", peers.get(RunColumns.RUNTIME));
      assertEquals(
          ours.get(RunColumns.LABEL) + " on twin 1.0", peers.get(RunColumns.LABEL), "label");
      assertNotEquals(ours.get(RunColumns.CELL_ID), peers.get(RunColumns.CELL_ID));
      for (var same :
          List.of(
              RunColumns.MODEL,
              RunColumns.TASK,
              RunColumns.METHOD,
              RunColumns.BUDGET,
              MachineColumns.THREADS,
              SizeColumns.PARAMS,
              SizeColumns.FLOPS_TIMED,
              TimeColumns.BATCH_SIZE,
              TimeColumns.SEQ_LEN)) {
        assertEquals(ours.get(same), peers.get(same), same.name());
      }
      for (var none :
          List.of(
              ScoreColumns.METRIC_NAME,
              ScoreColumns.METRIC,
              ScoreColumns.ACCURACY,
              ScoreColumns.METRIC_DENSE,
              ScoreColumns.METRIC_DROP,
              TimeColumns.EVAL_SECONDS,
              TimeColumns.PEAK_MEMORY_BYTES,
              TimeColumns.COMPRESS_SECONDS)) {
        assertNull(peers.get(none), none.name());
      }
      assertEquals(3.0, peers.get(TimeColumns.LATENCY_MS_P50));
      double pair = peers.get(TimeColumns.LATENCY_DENSE_MS_P50);
      assertTrue(pair > 0 && pair != 3.0, "ours takes the time it takes");
      assertEquals(pair / 3.0, peers.get(TimeColumns.SPEEDUP), 1e-12);
      assertEquals(32 / 3e-3, peers.get(TimeColumns.THROUGHPUT_EPS), 1e-6);
      assertEquals(Map.of("logits_difference", 0.0), peers.get(RunColumns.EXTRA));
      assertEquals(
          ours.get(MachineColumns.LOAD_AVERAGE) == null,
          peers.get(MachineColumns.LOAD_AVERAGE) == null,
          "whether the machine tells of other work");
    }
    assertEquals(rows, ResultsCsv.RUNS.read(folder.resolve("out/runs.csv")));
    assertTrue(RunTable.render(rows).contains("svd on twin 1.0 keep 0.5"), RunTable.render(rows));
  }

  @Test
  void theCallsTellWhoseTheyAre() throws IOException {
    RunRow peers = run("out", List.of("sst2"), UNTRAINED, new Twin(0)).get(3);
    List<String> calls;
    try (Stream<String> lines = Files.lines(folder.resolve("out/latencies.csv"))) {
      calls = lines.filter(line -> line.contains(peers.get(RunColumns.CELL_ID))).toList();
    }
    assertTrue(calls.stream().anyMatch(line -> line.contains(",own,") && line.endsWith(",3.0")));
    assertTrue(calls.stream().anyMatch(line -> line.contains(",lrfbench,")));
    assertTrue(calls.stream().noneMatch(line -> line.contains(",dense,")));
  }

  @Test
  void oursAreTheSameWithAndWithout() {
    List<String> alone = ids(run("alone", List.of("sst2"), UNTRAINED));
    List<String> with = ids(run("with", List.of("sst2"), UNTRAINED, new Twin(0)));
    assertEquals(alone, List.of(with.get(0), with.get(2)));
  }

  private static List<String> ids(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.CELL_ID)).toList();
  }

  @Test
  void aPeerThatIsAddedLaterRunsAlone() {
    Twin twin = new Twin(0);
    run("out", List.of("sst2"), UNTRAINED);
    List<RunRow> added = run("out", List.of("sst2", "cola"), UNTRAINED, twin);
    assertEquals(6, added.size());
    assertEquals(4, added.stream().filter(RunRow::ofPeer).count());
    assertEquals(2, twin.opened.get(), "once for all tasks of a variant");
    assertEquals(List.of(), run("out", List.of("sst2", "cola"), UNTRAINED, twin));
    assertEquals(2, twin.opened.get());
  }

  @Test
  void aPeerThatComputesSomethingElseFails() {
    List<RunRow> rows = run("out", List.of("sst2"), UNTRAINED, new Twin(1e-3f));
    assertEquals(RunRow.OK, rows.get(0).get(RunColumns.STATUS));
    for (RunRow row : List.of(rows.get(1), rows.get(3))) {
      assertEquals(RunRow.FAILED, row.get(RunColumns.STATUS));
      assertEquals("twin 1.0", row.get(RunColumns.RUNTIME));
      String error = row.get(RunColumns.ERROR);
      assertTrue(error.startsWith("the peer computes something else"), error);
      assertTrue(error.contains("by up to 0.00100, more than 0.000100"), error);
      assertNull(row.get(TimeColumns.LATENCY_MS_P50));
    }
  }

  /** Results are found again by it, so that it never changes. */
  @Test
  void theIdOfAPeersCellIsTheSameForEver() {
    Cell own = new Cell("m", "abc", "sst2", "", Variant.dense(0));
    SweepConfig config = config("out", List.of("sst2"), List.of("svd"), "fp32", UNTRAINED);
    assertEquals("f6e3df99e57d5418", own.in(new Twin(0)).id(config, "cpu", 128));
  }

  @Test
  void aModelThatDoesNotLoadFailsForPeersToo() throws IOException {
    Path good = model;
    model = TinyCheckpoint.distilbert(folder.resolve("broken"), 2);
    Files.writeString(model.resolve("vocab.txt"), "");
    models = List.of(good.toString(), model.toString());
    List<RunRow> rows = run("out", List.of("sst2"), UNTRAINED, new Twin(0));
    assertEquals(8, rows.size());
    assertEquals(2, rows.stream().filter(row -> row.ofPeer() && row.failed()).count());
    assertEquals(2, rows.stream().filter(row -> row.ofPeer() && !row.failed()).count());
    assertEquals(8, rows.stream().map(row -> row.get(RunColumns.CELL_ID)).distinct().count());
  }

  @Test
  void whatIsNoNumberOrMissingIsNotTheSame() {
    float[] ours = {1, 2};
    assertEquals(0, PeerTiming.requireSame(ours, ours));
    assertThrows(PeerException.class, () -> PeerTiming.requireSame(ours, new float[] {1}));
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 2.001f}) {
      float[] theirs = {1, wrong};
      assertThrows(PeerException.class, () -> PeerTiming.requireSame(ours, theirs));
      assertThrows(PeerException.class, () -> PeerTiming.requireSame(theirs, ours));
    }
    assertEquals(1e-4, PeerTiming.requireSame(ours, new float[] {1, 2.0001f}), 1e-6);
  }

  @Test
  void trainedModelsArePassedOnAsTheyAre() {
    Recovery trained = new Recovery(1, 1e-2, DistillationWeights.NONE, Selection.LAST);
    for (RunRow row : run("out", List.of("sst2"), List.of(trained), new Twin(0))) {
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.get(RunColumns.ERROR));
    }
  }

  @Test
  void whatPeersDoNotDoIsRefusedBeforeAnythingIsWritten() throws IOException {
    Twin twin = new Twin(0);
    for (String method : List.of("int8", "kronecker", "svd+int8", "svd++kronecker:terms=2")) {
      assertRefused(config("out", List.of("sst2"), List.of(method), "fp32", UNTRAINED), method);
    }
    assertRefused(config("out", List.of("sst2"), List.of("svd"), "tf32", UNTRAINED), "fp32 only");
    assertEquals(0, twin.opened.get());
  }

  private void assertRefused(SweepConfig config, String word) {
    String message =
        assertThrows(InputException.class, () -> run(config, new Twin(0))).getMessage();
    assertTrue(message.startsWith("--peer ") && message.length() < 120, message);
    assertFalse(Files.exists(folder.resolve("out")), word);
  }

  /** The real ones, where LRFBENCH_PYTHON or python3 has them. */
  @ParameterizedTest
  @ValueSource(strings = {"pytorch", "onnxruntime"})
  void theRealOnesComputeTheSame(String name) throws IOException {
    PeerRuntime runtime = PeerRuntime.of(name);
    try {
      runtime.version();
    } catch (InputException e) {
      assumeTrue(false, e.getMessage());
    }
    for (String family : List.of("bert", "roberta", "distilbert", "gpt2")) {
      Path directory = folder.resolve("real-" + family);
      model =
          switch (family) {
            case "bert" -> TinyCheckpoint.bert(directory, 2);
            case "roberta" -> roberta(directory);
            case "gpt2" -> TinyCheckpoint.gpt2(directory, 2);
            default -> TinyCheckpoint.distilbert(directory, 2);
          };
      for (RunRow row : run(family, List.of("sst2"), UNTRAINED, runtime)) {
        assertEquals(RunRow.OK, row.get(RunColumns.STATUS), family + row.get(RunColumns.ERROR));
      }
    }
  }

  private static Path roberta(Path directory) throws IOException {
    TinyCheckpoint.roberta(directory, 2);
    return Files.writeString(
            directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}")
        .getParent();
  }

  private List<RunRow> run(
      String out, List<String> tasks, List<Recovery> recoveries, PeerRuntime... peers) {
    return run(config(out, tasks, List.of("svd"), "fp32", recoveries), peers);
  }

  private List<RunRow> run(SweepConfig config, PeerRuntime... peers) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(
              config,
              List.of(device),
              folder.resolve("cache"),
              SweepListener.NONE,
              Arrays.asList(peers))
          .run(record);
    }
  }

  private SweepConfig config(
      String out,
      List<String> tasks,
      List<String> methods,
      String dtype,
      List<Recovery> recoveries) {
    return new SweepConfig(
        models == null ? List.of(model.toString()) : models,
        tasks,
        methods,
        List.of(new Budget.Keep(0.5)),
        List.of(Allocation.UNIFORM),
        recoveries,
        64,
        List.of(0L),
        List.of(),
        "cpu",
        dtype,
        1,
        LatencyKind.FORWARD,
        1,
        8,
        new RoundRule(1, 2, 0, 0),
        false,
        128,
        0,
        Gpt2Options.DEFAULT,
        folder.resolve("glue"),
        TextSource.NONE,
        folder.resolve(out),
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }
}
