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
import io.github.lrfbench.kernels.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Times forward passes of a model beside those of the dense model, on random tokens. */
final class LatencyProbe {
  private static final int DEFAULT_SEQ_LEN = 128;
  private static final int THROUGHPUT_BATCH = 32;

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
      List<Runnable> subjects = new ArrayList<>();
      subjects.add(() -> forward(model, batch));
      if (model != dense) {
        subjects.add(() -> forward(dense, batch));
      }
      List<LatencyStats> latencies =
          new Interleaved(StopRule.DEFAULT, Clock.SYSTEM).measure(subjects);
      LatencyStats denseLatency = latencies.get(latencies.size() - 1);
      // After the timed calls, so that the first of those is the model's first.
      long peak = peakBytes(model, batch);
      return new Timing(latencies.get(0), denseLatency, throughput(model, scope), peak, seqLen);
    }
  }

  private double throughput(Model model, Scope scope) {
    TokenBatch batch = randomBatch(scope, THROUGHPUT_BATCH);
    Interleaved interleaved = new Interleaved(THROUGHPUT_RULE, Clock.SYSTEM);
    LatencyStats latency = interleaved.measure(List.of(() -> forward(model, batch))).get(0);
    return THROUGHPUT_BATCH / (latency.p50Ms() / 1e3);
  }

  /** The model's weights and the most that a pass takes beside them. */
  private static long peakBytes(Model model, TokenBatch batch) {
    long before = model.device().memory().currentBytes();
    model.device().resetPeakMemory();
    forward(model, batch);
    return model.bytes() + model.device().memory().peakBytes() - before;
  }

  private static void forward(Model model, TokenBatch batch) {
    try (Ops ops = new EagerOps(model.device())) {
      model.forward(ops, batch);
      model.device().synchronize();
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
