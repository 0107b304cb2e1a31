package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Times passes of a model beside those of the dense model, on random tokens. */
final class LatencyProbe {
  /** Sequences per call where throughput is measured. */
  static final int THROUGHPUT_BATCH = 32;

  /** Tokens per sequence where nothing else is asked for and the model allows it. */
  static final int DEFAULT_SEQ_LEN = 128;

  private static final int DEVICE_RUNS = 15;

  /** Calls of a whole batch are long and vary little. */
  private static final StopRule THROUGHPUT_RULE =
      new StopRule(1, 3, Duration.ofMillis(300), Duration.ofSeconds(10));

  private final LatencyKind kind;
  private final int batchSize;
  private final int seqLen;
  private final int vocabulary;

  /**
   * A probe.
   *
   * @param kind what is timed
   * @param batchSize sequences per call
   * @param seqLen tokens per sequence; 0 for 128 or what the model allows
   */
  LatencyProbe(LatencyKind kind, int batchSize, int seqLen, ModelInfo info) {
    if (kind != LatencyKind.FORWARD && info.output() != Output.NEXT_TOKEN) {
      throw new InputException("--latency " + kind.label() + " is for language models");
    }
    if (kind == LatencyKind.DECODE && seqLen == 1) {
      throw new InputException("--latency decode wants a --seq-len of at least 2");
    }
    if (seqLen > info.maxLength()) {
      throw new InputException(
          "--seq-len " + seqLen + " is over the model's limit of " + info.maxLength() + " tokens");
    }
    this.kind = kind;
    this.batchSize = batchSize;
    this.seqLen = seqLen == 0 ? Math.min(DEFAULT_SEQ_LEN, info.maxLength()) : seqLen;
    this.vocabulary = info.vocabularySize();
  }

  int seqLen() {
    return seqLen;
  }

  /** Times a model; where it is the dense model itself, alone. */
  Timing measure(Model dense, Model model) {
    try (TimedPass own = pass(model, batchSize)) {
      List<LatencyStats> latencies;
      try (TimedPass other = model == dense ? null : pass(dense, batchSize)) {
        List<TimedPass> subjects = other == null ? List.of(own) : List.of(own, other);
        latencies = new Interleaved(StopRule.DEFAULT, Clock.SYSTEM).measure(subjects);
      }
      double deviceMs = deviceMillis(own);
      LatencyStats denseLatency = latencies.get(latencies.size() - 1);
      // After the timed calls, so that the first of those is the model's first.
      long peak = peakBytes(own);
      return new Timing(latencies.get(0), denseLatency, deviceMs, throughput(model), peak);
    }
  }

  private TimedPass pass(Model model, int sequences) {
    return new TimedPass(model, kind, random(sequences));
  }

  /** The median time by the device's own clock; NaN if it has none. */
  private static double deviceMillis(TimedPass pass) {
    double[] millis = new double[DEVICE_RUNS];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = pass.model().device().time(pass::replay).deviceMillis();
      if (Double.isNaN(millis[i])) {
        return Double.NaN;
      }
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }

  private double throughput(Model model) {
    Interleaved interleaved = new Interleaved(THROUGHPUT_RULE, Clock.SYSTEM);
    try (TimedPass pass = pass(model, THROUGHPUT_BATCH)) {
      LatencyStats latency = interleaved.measure(List.of(pass)).get(0);
      return THROUGHPUT_BATCH / (latency.p50Ms() / 1e3);
    }
  }

  /** The model's weights, its cache, and the most that a pass takes beside them. */
  private static long peakBytes(TimedPass pass) {
    Device device = pass.model().device();
    long before = device.memory().currentBytes();
    device.resetPeakMemory();
    pass.enqueue();
    device.synchronize();
    return pass.model().bytes() + pass.cacheBytes() + device.memory().peakBytes() - before;
  }

  private List<TokenSequence> random(int sequences) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      batch.add(new TokenSequence(random.ints(seqLen, 0, vocabulary).toArray(), new int[seqLen]));
    }
    return batch;
  }
}
