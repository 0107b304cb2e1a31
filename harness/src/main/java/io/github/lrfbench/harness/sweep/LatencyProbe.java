package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Recording;
import io.github.lrfbench.kernels.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Times forward passes of a model beside those of the dense model, on random tokens. */
final class LatencyProbe {
  private static final int DEFAULT_SEQ_LEN = 128;
  private static final int THROUGHPUT_BATCH = 32;
  private static final int DEVICE_RUNS = 15;

  /** Calls of a whole batch are long and vary little. */
  private static final StopRule THROUGHPUT_RULE =
      new StopRule(1, 3, Duration.ofMillis(300), Duration.ofSeconds(10));

  private final int batchSize;
  private final int seqLen;
  private final int vocabulary;

  /**
   * A probe.
   *
   * @param batchSize sequences per call
   * @param seqLen tokens per sequence; 0 for 128 or what the model allows
   */
  LatencyProbe(int batchSize, int seqLen, ModelInfo info) {
    if (seqLen > info.maxLength()) {
      throw new InputException(
          "--seq-len " + seqLen + " is over the model's limit of " + info.maxLength() + " tokens");
    }
    this.batchSize = batchSize;
    this.seqLen = seqLen == 0 ? Math.min(DEFAULT_SEQ_LEN, info.maxLength()) : seqLen;
    this.vocabulary = info.vocabularySize();
  }

  int seqLen() {
    return seqLen;
  }

  /** Times a model; where it is the dense model itself, alone. */
  Timing measure(Model dense, Model model) {
    Device device = model.device();
    try (Scope scope = device.openScope()) {
      TokenBatch batch = randomBatch(scope, batchSize);
      List<LatencyStats> latencies;
      double deviceMs;
      try (LazyRecording own = new LazyRecording(model, batch);
          LazyRecording other = new LazyRecording(dense, batch)) {
        List<Runnable> subjects = new ArrayList<>();
        subjects.add(own);
        if (model != dense) {
          subjects.add(other);
        }
        latencies = new Interleaved(StopRule.DEFAULT, Clock.SYSTEM).measure(subjects);
        deviceMs = deviceMillis(own);
      }
      LatencyStats denseLatency = latencies.get(latencies.size() - 1);
      // After the timed calls, so that the first of those is the model's first.
      long peak = peakBytes(model, batch);
      return new Timing(
          latencies.get(0), denseLatency, deviceMs, throughput(model, scope), peak, seqLen);
    }
  }

  /**
   * A forward pass that is recorded when it is first run, so that the first call is as slow as a
   * user's, and replayed from then on.
   */
  private static final class LazyRecording implements Runnable, AutoCloseable {
    private final Model model;
    private final TokenBatch batch;
    private Recording recording;

    LazyRecording(Model model, TokenBatch batch) {
      this.model = model;
      this.batch = batch;
    }

    @Override
    public void run() {
      replay();
      model.device().synchronize();
    }

    void replay() {
      if (recording == null) {
        recording = model.device().record(() -> enqueue(model, batch));
      } else {
        recording.replay();
      }
    }

    @Override
    public void close() {
      if (recording != null) {
        recording.close();
      }
    }
  }

  /** The median time by the device's own clock; NaN if it has none. */
  private static double deviceMillis(LazyRecording forward) {
    double[] millis = new double[DEVICE_RUNS];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = forward.model.device().time(forward::replay).deviceMillis();
      if (Double.isNaN(millis[i])) {
        return Double.NaN;
      }
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }

  private double throughput(Model model, Scope scope) {
    Interleaved interleaved = new Interleaved(THROUGHPUT_RULE, Clock.SYSTEM);
    try (LazyRecording forward = new LazyRecording(model, randomBatch(scope, THROUGHPUT_BATCH))) {
      LatencyStats latency = interleaved.measure(List.of(forward)).get(0);
      return THROUGHPUT_BATCH / (latency.p50Ms() / 1e3);
    }
  }

  /** The model's weights and the most that a pass takes beside them. */
  private static long peakBytes(Model model, TokenBatch batch) {
    long before = model.device().memory().currentBytes();
    model.device().resetPeakMemory();
    forward(model, batch);
    return model.bytes() + model.device().memory().peakBytes() - before;
  }

  private static void forward(Model model, TokenBatch batch) {
    enqueue(model, batch);
    model.device().synchronize();
  }

  private static void enqueue(Model model, TokenBatch batch) {
    try (Ops ops = new EagerOps(model.device())) {
      model.forward(ops, batch);
    }
  }

  private TokenBatch randomBatch(Scope scope, int sequences) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      batch.add(new TokenSequence(random.ints(seqLen, 0, vocabulary).toArray(), new int[seqLen]));
    }
    return TokenBatch.of(scope, batch);
  }
}
