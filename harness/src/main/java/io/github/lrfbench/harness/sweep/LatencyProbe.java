package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.EnergyMeter;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.MachineWatch;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.measure.RoundTimer;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.sweep.Conditions.Energy;
import io.github.lrfbench.harness.sweep.Timing.Expanded;
import io.github.lrfbench.harness.sweep.Timing.InTurns;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.Scope;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Times passes of a model beside those of the dense model, on random tokens. */
final class LatencyProbe {
  /** Sequences per call where throughput is measured. */
  static final int THROUGHPUT_BATCH = 32;

  private static final int DEVICE_RUNS = 15;

  /** Calls of a whole batch are long and vary little. */
  private static final StopRule THROUGHPUT_RULE =
      new StopRule(1, 3, Duration.ofMillis(300), Duration.ofSeconds(10));

  private final CallShape shape;
  private final int batchSize;
  private final RoundRule rule;
  private final WeightCopies copies;

  /**
   * A probe on this machine.
   *
   * @param kind what is timed
   * @param batchSize sequences per call
   * @param seqLen tokens per sequence; 0 for 128 or what the model allows
   * @param rule when the measurement of latency ends
   */
  LatencyProbe(LatencyKind kind, int batchSize, int seqLen, RoundRule rule, ModelInfo info) {
    this(kind, batchSize, seqLen, rule, info, WeightCopies.here());
  }

  /** The same, on a machine on which weights are copied or not. */
  LatencyProbe(
      LatencyKind kind,
      int batchSize,
      int seqLen,
      RoundRule rule,
      ModelInfo info,
      WeightCopies copies) {
    this.shape = CallShape.of(kind, seqLen, info);
    this.batchSize = batchSize;
    this.rule = rule;
    this.copies = copies;
  }

  int seqLen() {
    return shape.seqLen();
  }

  /** By what a model may have the times of another; empty where it must have its own. */
  Optional<KnownTimings.Key> key(Model dense, Model model) {
    Optional<ModelShape> own = ModelShape.of(model);
    Optional<ModelShape> other = model == dense ? own : ModelShape.of(dense);
    if (own.isEmpty() || other.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new KnownTimings.Key(
            model.device(), shape, batchSize, rule, other.get(), own.get(), model == dense));
  }

  /** Times a model; where it is the dense model itself, alone. */
  Timing measure(Model dense, Model model) {
    long start = System.nanoTime();
    MachineWatch watch = new MachineWatch(model.device());
    Rounds rounds;
    double deviceMs;
    long peak;
    long flops;
    int expanded;
    boolean packed = copies.areMade(dense, model);
    try (TimedPass own = pass(model, batchSize, packed)) {
      rounds = beside(dense, own, batchSize, packed, new RoundTimer(rule, Clock.SYSTEM)::measure);
      deviceMs = deviceMillis(own);
      watch.sample(own::replay);
      // After the timed calls, so that the first of those is the model's first.
      peak = peakBytes(own);
      flops = own.flops();
      expanded = own.expanded();
    }
    try (TimedPass own = pass(model, THROUGHPUT_BATCH, packed)) {
      Interleaved timer = new Interleaved(THROUGHPUT_RULE, Clock.SYSTEM);
      List<LatencyStats> stats = beside(dense, own, THROUGHPUT_BATCH, packed, timer::measure);
      InTurns throughput = new InTurns(stats.get(0), stats.get(stats.size() - 1), THROUGHPUT_BATCH);
      watch.sample(own::replay);
      Conditions conditions = new Conditions(energy(dense, own, packed), watch.state());
      Expanded matrices = new Expanded(expanded, own.expanded());
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Timing(
          rounds,
          batchSize,
          deviceMs,
          throughput,
          peak,
          flops,
          packed,
          matrices,
          conditions,
          seconds,
          null);
    }
  }

  /** In blocks of their own, after the times, which reading a counter would lengthen. */
  private Energy energy(Model dense, TimedPass own, boolean packed) {
    DeviceMonitor monitor = own.model().device().monitor();
    if (monitor.energySource().isEmpty()) {
      return Energy.NONE;
    }
    EnergyMeter meter = new EnergyMeter(monitor::joules, Clock.SYSTEM);
    double[] joules = beside(dense, own, THROUGHPUT_BATCH, packed, meter::measure);
    return new Energy(
        monitor.energySource(),
        joules[0] / THROUGHPUT_BATCH,
        joules[joules.length - 1] / THROUGHPUT_BATCH);
  }

  /**
   * Times a peer that has opened a model, in turns with ours.
   *
   * @throws io.github.lrfbench.harness.peer.PeerException if it fails, or computes something else
   */
  PeerTiming measure(Model model, Peer peer) {
    long start = System.nanoTime();
    Rounds rounds;
    long flops;
    boolean packed = copies.areMade(model, model);
    double difference = read(peer, model, batchSize);
    List<ProcessHandle> processes = peer.processes();
    MachineWatch watch = new MachineWatch(model.device(), processes);
    try (TimedPass own = pass(model, batchSize, packed)) {
      rounds = new RoundTimer(rule, Clock.SYSTEM).measure(List.of(peer, own));
      watch.sample(own::replay);
      flops = own.flops();
    }
    difference = Math.max(difference, read(peer, model, THROUGHPUT_BATCH));
    try (TimedPass own = pass(model, THROUGHPUT_BATCH, packed)) {
      List<LatencyStats> stats =
          new Interleaved(THROUGHPUT_RULE, Clock.SYSTEM).measure(List.of(peer, own));
      InTurns throughput = new InTurns(stats.get(0), stats.get(1), THROUGHPUT_BATCH);
      watch.sample(own::replay);
      Conditions conditions =
          processes.isEmpty() ? Conditions.UNKNOWN : new Conditions(Energy.NONE, watch.state());
      Timing timing =
          new Timing(
              rounds,
              batchSize,
              Double.NaN,
              throughput,
              0,
              flops,
              packed,
              Expanded.NONE,
              conditions,
              (System.nanoTime() - start) / 1e9,
              null);
      return new PeerTiming(timing, difference);
    }
  }

  /** Has the peer read the input, and compares its logits. */
  private double read(Peer peer, Model model, int sequences) {
    List<TokenSequence> input = shape.random(sequences);
    float[] logits = peer.read(input.stream().map(TokenSequence::ids).toList());
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenBatch batch = TokenBatch.of(scope, input, model.info());
      return PeerTiming.requireSame(model.forward(ops, batch).toFloats(), logits);
    }
  }

  /** Measures a pass and, where it is another, the dense model's beside it. */
  private <T> T beside(
      Model dense,
      TimedPass own,
      int sequences,
      boolean packed,
      Function<List<TimedPass>, T> measure) {
    try (TimedPass other = own.model() == dense ? null : pass(dense, sequences, packed)) {
      return measure.apply(other == null ? List.of(own) : List.of(own, other));
    }
  }

  private TimedPass pass(Model model, int sequences, boolean packed) {
    return shape.pass(model, sequences, packed ? Long.MAX_VALUE : 0).withFastestForms();
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

  /** The model's weights, its cache, and the most that a pass takes beside them. */
  private static long peakBytes(TimedPass pass) {
    Device device = pass.model().device();
    long weights = pass.model().bytes() + pass.expandedBytes();
    for (Linear repeated : pass.model().repeated().values()) {
      weights += repeated.bytes();
    }
    long before = device.memory().currentBytes();
    device.resetPeakMemory();
    pass.enqueue();
    device.synchronize();
    return weights + pass.cacheBytes() + device.memory().peakBytes() - before;
  }
}
