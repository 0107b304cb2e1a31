package io.github.lrfbench.benchmarks.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.model.RandomWeights;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Latency of bert-base with random weights, dense and with every matrix of every block at one rank,
 * runs interleaved. Arguments: device, threads, rank, runs, dtype (fp32, tf32, fp16 or bf16), then
 * shapes such as {@code 1x128}. The passes are captured where the device can. Prints the columns
 * that {@code peers/bert_cpu.py} prints.
 */
public final class BertLatency {
  static final String CONFIG =
      """
      {"model_type": "bert", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
       "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512}""";

  private BertLatency() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int rank = Integer.parseInt(args[2]);
    int runs = Integer.parseInt(args[3]);
    EncoderConfig config = EncoderConfig.parse(new ObjectMapper().readTree(CONFIG));
    Precision precision = Precision.parse(args[4]);
    DeviceOptions options =
        new DeviceOptions(
            Integer.parseInt(args[1]),
            args[0].equals("cpu") ? precision.trainingRounding() : precision.rounding());
    try (Device device = Devices.open(args[0], options, line -> {});
        Model loaded =
            EncoderLoader.load(config, EncoderLoader.randomWeights(config, 0), false, device);
        Model dense = loaded.copy(precision.storage(device));
        Model lowRank = dense.with(factors(dense, rank))) {
      System.out.println("runtime,variant,batch,seq,median_ms,min_ms,runs");
      for (String shape : Arrays.asList(args).subList(5, args.length)) {
        int batch = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
        int length = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        List<String> names = List.of(args[4] + " dense", args[4] + " rank-" + rank);
        measure(List.of(dense, lowRank), names, batch, length, runs);
      }
    }
  }

  private static Map<String, Linear> factors(Model dense, int rank) {
    Map<String, Linear> factors = new HashMap<>();
    RandomWeights weights = new RandomWeights(1, name -> null);
    Scope scope = dense.device().openScope();
    for (LinearSlot slot : dense.slots()) {
      Tensor up = scope.allocate(DType.F32, rank, slot.linear().outputs());
      Tensor down = scope.allocate(DType.F32, slot.linear().inputs(), rank);
      weights.read(slot.name() + ".u", up);
      weights.read(slot.name() + ".v", down);
      LowRankFactors pair = new LowRankFactors(Matrix.of(down), Matrix.of(up));
      factors.put(slot.name(), new LowRankLinear(pair, slot.linear().bias()));
    }
    return factors;
  }

  private static void measure(
      List<Model> models, List<String> names, int batch, int length, int runs) {
    Device device = models.get(0).device();
    try (Scope scope = device.openScope()) {
      TokenBatch tokens = randomBatch(scope, batch, length);
      List<double[]> times = new ArrayList<>();
      List<CapturedGraph> graphs = new ArrayList<>();
      for (Model model : models) {
        graphs.add(
            device.capture(
                () -> {
                  try (Ops ops = new EagerOps(device)) {
                    model.forward(ops, tokens);
                  }
                }));
      }
      for (int run = -3; run < runs; run++) {
        for (int m = 0; m < models.size(); m++) {
          if (run == -3) {
            times.add(new double[runs]);
          }
          double ms = run(device, graphs.get(m));
          if (run >= 0) {
            times.get(m)[run] = ms;
          }
        }
      }
      graphs.forEach(CapturedGraph::close);
      for (int m = 0; m < models.size(); m++) {
        double[] sorted = times.get(m);
        Arrays.sort(sorted);
        System.out.printf(
            Locale.ROOT,
            "lrfbench,%s,%d,%d,%.4f,%.4f,%d%n",
            names.get(m),
            batch,
            length,
            (sorted[(runs - 1) / 2] + sorted[runs / 2]) / 2,
            sorted[0],
            runs);
      }
    }
  }

  private static double run(Device device, CapturedGraph graph) {
    long start = System.nanoTime();
    graph.replay();
    device.synchronize();
    return (System.nanoTime() - start) / 1e6;
  }

  private static TokenBatch randomBatch(Scope scope, int batch, int length) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      sequences.add(new TokenSequence(random.ints(length, 1000, 30000).toArray(), new int[length]));
    }
    return TokenBatch.of(scope, sequences);
  }
}
