package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.evaluate.DataFacts;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.exits.EarlyExit;
import io.github.lrfbench.harness.exits.ExitTally;
import io.github.lrfbench.harness.measure.OutOfMemory;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.result.ExitColumns;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.Provenance;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.Device;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Puts what was measured into rows. */
final class RowFactory {
  private final SweepConfig config;
  private final Device device;
  private final String runId;
  private final Provenance provenance;
  private final int seqLen;

  /**
   * A factory of a model's rows.
   *
   * @param seqLen tokens of a sequence that is timed
   */
  RowFactory(SweepConfig config, Device device, String runId, Provenance provenance, int seqLen) {
    this.config = config;
    this.device = device;
    this.runId = runId;
    this.provenance = provenance;
    this.seqLen = seqLen;
  }

  /** The columns that say which cell it is and where it ran. */
  RunRow.Builder identity(Cell cell, String cellId, Instant startedAt) {
    Variant variant = cell.variant();
    RunRow.Builder row =
        RunRow.builder()
            .set(RunColumns.RUN_ID, runId)
            .set(RunColumns.CELL_ID, cellId)
            .set(RunColumns.STARTED_AT, startedAt)
            .set(RunColumns.MODEL, cell.model())
            .set(RunColumns.MODEL_REVISION, cell.revision())
            .set(RunColumns.TASK, cell.task())
            .set(RunColumns.METHOD, variant.method().text())
            .set(RunColumns.SEED, variant.seed())
            .set(MachineColumns.DEVICE, device.id())
            .set(MachineColumns.DEVICE_NAME, device.name())
            .set(MachineColumns.DTYPE, config.dtype())
            .set(MachineColumns.THREADS, device.threads());
    provenance.applyTo(row);
    Map<String, String> software = device.software();
    row.set(MachineColumns.CUDA_VERSION, software.get("cuda"));
    row.set(MachineColumns.DRIVER_VERSION, software.get("driver"));
    PeerRuntime peer = cell.peer();
    row.set(RunColumns.RUNTIME, peer == null ? RunRow.LRFBENCH : peer.version());
    row.set(
        RunColumns.LABEL,
        variant.label(config)
            + (peer == null ? "" : " on " + peer.version())
            + (cell.exit() == null ? "" : " exit " + cell.exit().text()));
    if (cell.exit() != null) {
      row.set(ExitColumns.EXIT, cell.exit().text());
    }
    if (!variant.isDense()) {
      Recovery recovery = variant.recovery();
      row.set(RunColumns.ALLOCATE, variant.allocation().name())
          .set(RunColumns.ROUND_TO, variant.allocation().multiple())
          .set(RunColumns.FINETUNE_EPOCHS, recovery.epochs());
      if (recovery.trains()) {
        row.set(RunColumns.FINETUNE_LR, recovery.learningRate())
            .set(RunColumns.DISTILL, recovery.distillation().outputs());
      }
      row.set(RunColumns.BUDGET_KIND, variant.budget().kind());
      row.set(RunColumns.BUDGET, variant.budget().value());
      if (variant.budget() instanceof Budget.Energy energy) {
        row.set(RunColumns.ENERGY_OF, energy.energyOf().label());
      }
    }
    return row;
  }

  /** A row for a cell that could not be finished. */
  RunRow.Builder failed(Cell cell, String cellId, Instant startedAt, Throwable failure) {
    String message =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    return shape(cell, identity(cell, cellId, startedAt))
        .set(RunColumns.STATUS, RunRow.FAILED)
        .set(
            RunColumns.ERROR,
            OutOfMemory.isCauseOf(failure) ? OutOfMemory.describe(failure) : message);
  }

  /** A row for a cell that is certain to run out of memory, since another did. */
  RunRow skipped(Cell cell, String cellId, MemoryFailure known) {
    return shape(cell, identity(cell, cellId, Instant.now()))
        .set(RunColumns.STATUS, RunRow.SKIPPED)
        .set(
            RunColumns.ERROR,
            "takes no less memory than cell "
                + known.cellId()
                + ", which ran out of it; --retry-memory runs both")
        .build();
  }

  private RunRow.Builder shape(Cell cell, RunRow.Builder row) {
    return cell.exit() == null
        ? shape(row)
        : row.set(TimeColumns.LATENCY_KIND, ExitColumns.LATENCY_KIND);
  }

  private RunRow.Builder shape(RunRow.Builder row) {
    return row.set(TimeColumns.BATCH_SIZE, config.batchSize())
        .set(TimeColumns.SEQ_LEN, seqLen)
        .set(TimeColumns.LATENCY_KIND, config.latency().label());
  }

  /** A row for a finished cell. */
  RunRow finished(
      RunRow.Builder row,
      Variant variant,
      DataFacts data,
      Model dense,
      CompressedModel compressed,
      TaskResult denseResult,
      TaskResult result,
      Timing timing,
      double loadSeconds) {
    scored(row, variant, data, dense, compressed, denseResult, result, loadSeconds);
    Map<String, Object> extra = extra(data, result.score());
    timing.addTo(extra);
    if (!Double.isNaN(timing.deviceMs())) {
      extra.put("device_latency_ms_p50", timing.deviceMs());
    }
    Set<String> untied = compressed.model().untiedFrom(dense);
    if (!untied.isEmpty()) {
      extra.put("untied", List.copyOf(untied));
    }
    if (!compressed.fallbacks().isEmpty()) {
      extra.put("fallbacks", compressed.fallbacks());
    }
    timing.applyTo(shape(row.set(RunColumns.EXTRA, extra)));
    return row.build();
  }

  /** A row for a finished cell whose passes stop early. */
  RunRow ofExit(
      RunRow.Builder row,
      Variant variant,
      Evaluation task,
      LoadedModel loaded,
      CompressedModel compressed,
      TaskResult denseResult,
      TaskResult result,
      EarlyExit early,
      ExitTiming timing) {
    Model dense = loaded.model();
    scored(
        row, variant, task.facts(), dense, compressed, denseResult, result, loaded.loadSeconds());
    ExitTally tally = early.tally();
    double whole =
        task.inputs().stream()
            .mapToLong(input -> dense.forwardFlops(input.length()))
            .average()
            .orElse(Double.NaN);
    Map<String, Object> extra = extra(task.facts(), result.score());
    timing.conditions().addTo(extra);
    row.set(RunColumns.EXTRA, extra)
        .set(SizeColumns.FLOPS_PER_EXAMPLE, (Long) null)
        .set(SizeColumns.FLOPS_RATIO, tally.meanFlops() / whole)
        .set(ExitColumns.EXIT_TRAINING, early.training().label())
        .set(ExitColumns.EXIT_LAYER_MEAN, tally.meanBlocks())
        .set(ExitColumns.EXIT_SHARES, ExitColumns.shares(tally.shares()))
        .set(ExitColumns.EXIT_FLOPS_PER_EXAMPLE, tally.meanFlops());
    timing.applyTo(row);
    return row.build();
  }

  /** The columns of a finished cell but times of passes. */
  private void scored(
      RunRow.Builder row,
      Variant variant,
      DataFacts data,
      Model dense,
      CompressedModel compressed,
      TaskResult denseResult,
      TaskResult result,
      double loadSeconds) {
    row.set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.ARCHITECTURE, dense.info().architecture())
        .set(RunColumns.SPLIT, data.split())
        .set(RunColumns.EXAMPLES, data.examples())
        .set(RunColumns.DATA_HASH, data.sha256())
        .set(TimeColumns.EVAL_SECONDS, result.seconds())
        .set(TimeColumns.LOAD_SECONDS, loadSeconds);
    row.set(RunColumns.TRAIN_HASH, compressed.learned().hash())
        .set(RunColumns.CALIBRATION_EXAMPLES, compressed.learned().calibration())
        .set(RunColumns.HELDOUT_EXAMPLES, compressed.learned().heldOut());
    score(row, denseResult.score(), result.score());
    counts(row, variant, dense, compressed);
  }

  /** A row for a model that a peer runs: of sizes and times only. */
  RunRow ofPeer(
      Cell cell,
      String cellId,
      Instant startedAt,
      Model dense,
      CompressedModel compressed,
      PeerTiming timing) {
    RunRow.Builder row =
        identity(cell, cellId, startedAt)
            .set(RunColumns.STATUS, RunRow.OK)
            .set(RunColumns.ARCHITECTURE, dense.info().architecture());
    counts(row, cell.variant(), dense, compressed);
    timing.timing().applyTo(shape(row));
    // What is not the peer's, or not known of it.
    return row.set(TimeColumns.COMPRESS_SECONDS, null)
        .set(TimeColumns.CALIBRATE_SECONDS, null)
        .set(TimeColumns.FINETUNE_SECONDS, null)
        .set(TimeColumns.FIRST_LATENCY_MS, null)
        .set(TimeColumns.PEAK_MEMORY_BYTES, (Long) null)
        .set(RunColumns.EXTRA, Map.of("logits_difference", timing.difference()))
        .build();
  }

  private static void score(RunRow.Builder row, Score dense, Score score) {
    row.set(ScoreColumns.METRIC_NAME, score.metricName())
        .set(ScoreColumns.METRIC, applicable(score.metric()))
        .set(ScoreColumns.METRIC_STDERR, applicable(score.standardError()))
        .set(ScoreColumns.METRIC_DENSE, applicable(dense.metric()))
        .set(ScoreColumns.METRIC_DROP, applicable(score.dropFrom(dense)));
    score.values().forEach(row::set);
  }

  private void counts(
      RunRow.Builder row, Variant variant, Model dense, CompressedModel compressed) {
    Model model = compressed.model();
    long flops = model.flops(seqLen);
    row.set(SizeColumns.PARAMS_DENSE, dense.parameters())
        .set(SizeColumns.PARAMS, model.parameters())
        .set(SizeColumns.PARAMS_RATIO, (double) model.parameters() / dense.parameters())
        .set(SizeColumns.BYTES, model.bytes())
        .set(SizeColumns.BYTES_DENSE, dense.bytes())
        .set(SizeColumns.BYTES_RATIO, (double) model.bytes() / dense.bytes())
        .set(SizeColumns.FLOPS_PER_EXAMPLE, flops)
        .set(SizeColumns.FLOPS_RATIO, (double) flops / dense.flops(seqLen));
    List<LayerReport> layers = compressed.layers();
    MatrixCounts.of(dense, compressed).applyTo(row);
    if (layers.isEmpty()) {
      return;
    }
    LongSummaryStatistics ranks =
        layers.stream().mapToLong(LayerReport::rank).filter(rank -> rank > 0).summaryStatistics();
    if (ranks.getCount() > 0) {
      row.set(RunColumns.RANK_MIN, ranks.getMin())
          .set(RunColumns.RANK_MEAN, ranks.getAverage())
          .set(RunColumns.RANK_MAX, ranks.getMax());
    }
    row.set(SizeColumns.RELATIVE_ERROR, applicable(compressed.relativeError()))
        .set(TimeColumns.COMPRESS_SECONDS, compressed.seconds().compress())
        .set(TimeColumns.CALIBRATE_SECONDS, applies(compressed.seconds().calibrate()))
        .set(TimeColumns.FINETUNE_SECONDS, applies(compressed.seconds().finetune()))
        .set(RunColumns.SVD_ALGORITHM, algorithms(layers))
        .set(
            RunColumns.METHOD_PARAMS,
            parameters(variant, dense, compressed.compression().parameters()));
  }

  private static String algorithms(List<LayerReport> layers) {
    String joined =
        layers.stream()
            .map(layer -> layer.diagnostics().algorithm())
            .filter(name -> !name.isEmpty())
            .distinct()
            .sorted()
            .collect(Collectors.joining("+"));
    return joined.isEmpty() ? null : joined;
  }

  private String parameters(Variant variant, Model dense, Map<String, String> parameters) {
    Map<String, String> all = new TreeMap<>(parameters);
    if (dense.info().architecture().equals(Gpt2Config.MODEL_TYPE)) {
      all.put("qkv", config.matrices().splitQkv() ? "split" : "whole");
      if (dense instanceof CausalModel) {
        all.put("head", config.matrices().untieHead() ? "untied" : "as stored");
        if (config.matrices().latentCache()) {
          all.put("cache", "latent");
        }
      }
    }
    Recovery recovery = variant.recovery();
    if (recovery.trains()) {
      all.put("finetune_epochs", Integer.toString(recovery.epochs()));
      all.put("finetune_lr", Double.toString(recovery.learningRate()));
      if (recovery.selection() != Selection.LAST) {
        all.put("finetune_select", recovery.selection().label());
      }
      if (recovery.distills()) {
        DistillationWeights weights = recovery.distillation();
        all.put("distill", Double.toString(weights.outputs()));
        all.put("distill_hidden", Double.toString(weights.hidden()));
        if (weights.attention() > 0) {
          all.put("distill_attention", Double.toString(weights.attention()));
        }
        if (weights.scores() > 0) {
          all.put("distill_scores", Double.toString(weights.scores()));
        }
      }
    }
    String joined =
        all.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(";"));
    return joined.isEmpty() ? null : joined;
  }

  /**
   * A row for each timed call.
   *
   * @param names whose the calls are
   */
  List<SampleRow> samples(String cellId, Rounds rounds, List<String> names) {
    List<SampleRow> samples = new ArrayList<>();
    for (int round = 0; round < rounds.count(); round++) {
      long[][] bySubject = rounds.nanos().get(round);
      for (int subject = 0; subject < bySubject.length; subject++) {
        long[] calls = bySubject[subject];
        for (int call = 0; call < calls.length; call++) {
          samples.add(
              new SampleRow(runId, cellId, round, names.get(subject), call, calls[call] / 1e6));
        }
      }
    }
    return samples;
  }

  private Map<String, Object> extra(DataFacts data, Score score) {
    Map<String, Object> extra = new TreeMap<>(data.extra());
    extra.putAll(score.extra());
    int devices = config.devices().size();
    if (devices > 1) {
      extra.put("devices", devices);
    }
    if (config.limit() > 0) {
      extra.put("limit", config.limit());
    }
    if (!config.layers().isEmpty()) {
      extra.put("layers", config.layers());
    }
    return extra;
  }

  /**
   * A row for each matrix of a compressed model.
   *
   * @param optimal the smallest errors of their ranks, by name
   */
  List<LayerRow> layers(String cellId, CompressedModel compressed, Map<String, Double> optimal) {
    Map<String, Storage> stored = MatrixCounts.stored(compressed.model());
    return compressed.layers().stream()
        .map(
            layer ->
                layerRow(
                    cellId,
                    layer,
                    optimal.get(layer.layer()),
                    stored.getOrDefault(layer.layer(), layer.now())))
        .toList();
  }

  private LayerRow layerRow(String cellId, LayerReport layer, Double optimal, Storage stored) {
    Diagnostics diagnostics = layer.diagnostics();
    return new LayerRow(
        runId,
        cellId,
        layer.layer(),
        layer.rows(),
        layer.cols(),
        layer.rank() == 0 ? null : (long) layer.rank(),
        layer.parametersDense(),
        layer.parameters(),
        diagnostics.algorithm().isEmpty() ? null : diagnostics.algorithm(),
        finite(layer.norm()),
        finite(layer.error()),
        finite(layer.error() / layer.norm()),
        optimal,
        finite(layer.energyKept()),
        Double.isInfinite(layer.outputNorm())
            ? null
            : finite(layer.outputError() / layer.outputNorm()),
        note(layer),
        layer.seconds(),
        finite(layer.outputNorm()),
        finite(diagnostics.predictedError()),
        applicable(diagnostics.condition()),
        applicable(diagnostics.ridge()),
        stored.form(),
        stored.bits(),
        layer.label().isEmpty() ? null : layer.label());
  }

  /** What is to be told of a matrix, such as numbers that are left empty; null if nothing is. */
  private static String note(LayerReport layer) {
    boolean overflows =
        DoubleStream.of(
                layer.norm(),
                layer.error(),
                layer.outputNorm(),
                layer.outputError(),
                layer.diagnostics().predictedError())
            .anyMatch(Double::isInfinite);
    String note =
        Stream.of(layer.diagnostics().note(), overflows ? "norms overflow" : "")
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("; "));
    return note.isEmpty() ? null : note;
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Null for a stage that there was not. */
  private static Double applies(double seconds) {
    return seconds == 0 ? null : seconds;
  }

  private static Double applicable(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
