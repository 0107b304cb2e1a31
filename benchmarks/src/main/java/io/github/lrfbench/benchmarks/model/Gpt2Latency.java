package io.github.lrfbench.benchmarks.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Decoding;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Latency of gpt2-small with random weights: passes over whole sequences for the logits of the last
 * token and of all tokens, and of one token with what came before it in a cache. Arguments: device,
 * threads, runs, dtype, then what to measure: {@code last:8x128}, {@code all:1x128}, {@code
 * decode:1x512}. Prints the columns that {@code peers/gpt2_cpu.py} prints.
 */
public final class Gpt2Latency {
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "vocab_size": 50257, "n_embd": 768, "n_layer": 12, "n_head": 12,
       "n_positions": 1024}""";
  private static final int WARM_UPS = 3;

  /** Of other sequences, for the JVM compiles on for so long: a token is a hundred operations. */
  private static final int TOKENS_BEFORE = 100;

  private final CausalModel model;
  private final int runs;

  private Gpt2Latency(CausalModel model, int runs) {
    this.model = model;
    this.runs = runs;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    Gpt2Config config = Gpt2Config.parse(new ObjectMapper().readTree(CONFIG));
    Gpt2Architecture architecture = new Gpt2Architecture(config, Gpt2Options.DEFAULT);
    Precision precision = Precision.parse(args[3]);
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]), precision.rounding());
    try (Device device = Devices.open(args[0], options, line -> {});
        CausalModel loaded =
            (CausalModel) architecture.load(architecture.randomLanguageModel(0), device);
        CausalModel model = (CausalModel) loaded.copy(precision.storage())) {
      Gpt2Latency latency = new Gpt2Latency(model, Integer.parseInt(args[2]));
      System.out.println("runtime,variant,batch,seq,median_ms,min_ms,runs");
      for (String subject : Arrays.asList(args).subList(4, args.length)) {
        String[] parts = subject.split("[:x]");
        latency.measure(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
      }
    }
  }

  private void measure(String variant, int batch, int length) {
    List<TokenSequence> sequences = random(batch, length);
    double[] times =
        variant.equals("decode") ? decode(sequences) : forward(sequences, variant.equals("all"));
    Arrays.sort(times);
    System.out.printf(
        Locale.ROOT,
        "lrfbench,%s,%d,%d,%.4f,%.4f,%d%n",
        variant,
        batch,
        length,
        (times[(runs - 1) / 2] + times[runs / 2]) / 2,
        times[0],
        runs);
  }

  private double[] forward(List<TokenSequence> sequences, boolean all) {
    Device device = model.device();
    try (Scope scope = device.openScope()) {
      TokenBatch tokens = TokenBatch.of(scope, sequences);
      Runnable pass =
          () -> {
            try (Ops ops = new EagerOps(device)) {
              if (all) {
                model.logits(ops, model.states(ops, tokens));
              } else {
                model.forward(ops, tokens);
              }
            }
          };
      try (CapturedGraph graph = device.capture(pass)) {
        return time(graph::replay);
      }
    }
  }

  /**
   * The cache grows by a token a run: half of the runs come before the length that is asked for.
   */
  private double[] decode(List<TokenSequence> sequences) {
    int batch = sequences.size();
    int begin = Math.max(1, sequences.get(0).length() - runs / 2 - WARM_UPS);
    int capacity = Math.max(begin + runs + WARM_UPS, 1 + TOKENS_BEFORE);
    try (Decoding decoding = new Decoding(model, batch, capacity)) {
      decoding.start(random(batch, 1));
      for (int token = 0; token < TOKENS_BEFORE; token++) {
        decoding.next(new int[batch]);
      }
      decoding.start(random(batch, begin));
      return time(() -> decoding.next(new int[batch]));
    }
  }

  private double[] time(Runnable pass) {
    double[] times = new double[runs];
    for (int run = -WARM_UPS; run < runs; run++) {
      long start = System.nanoTime();
      pass.run();
      model.device().synchronize();
      if (run >= 0) {
        times[run] = (System.nanoTime() - start) / 1e6;
      }
    }
    return times;
  }

  private static List<TokenSequence> random(int batch, int length) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      sequences.add(new TokenSequence(random.ints(length, 0, 50257).toArray(), new int[length]));
    }
    return sequences;
  }
}
