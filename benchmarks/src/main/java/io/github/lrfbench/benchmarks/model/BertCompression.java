package io.github.lrfbench.benchmarks.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.measure.ProcessMemory;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Time to compress a bert-base with random weights to half of the parameters of its matrices, the
 * statistics of calibration examples included: random tokens, in sequences as long as MRPC's.
 * Arguments: device, threads, examples, methods. Prints {@code
 * runtime,method,examples,tokens,statistics_ms,matrices_ms,peak_resident_mb}.
 */
public final class BertCompression {
  private static final int SHORTEST = 30;
  private static final int LONGEST = 78;

  private BertCompression() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    EncoderConfig config = EncoderConfig.parse(new ObjectMapper().readTree(BertLatency.CONFIG));
    LabelledExamples examples = random(Integer.parseInt(args[2]));
    System.out.println("runtime,method,examples,tokens,statistics_ms,matrices_ms,peak_resident_mb");
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    for (int m = 3; m < args.length; m++) {
      MethodChain method = MethodChain.parse(args[m]);
      CompressionJob job = new CompressionJob(method, new Budget.Keep(0.5), Allocation.UNIFORM, 0);
      try (Device device = Devices.open(args[0], options, line -> {});
          Model model =
              EncoderLoader.load(config, EncoderLoader.randomWeights(config, 0), false, device);
          FactorizationCache cache = new FactorizationCache(device);
          Calibrator statistics = new Calibrator(model, examples, "", null, done -> {});
          Scope scope = device.openScope()) {
        long start = System.nanoTime();
        job.run(model, model.slots(), statistics, cache, scope, line -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
            Locale.ROOT,
            "lrfbench,%s,%d,%d,%.0f,%.0f,%d%n",
            args[m].replace(',', ';'),
            examples.size(),
            tokens(examples.size()),
            statistics.seconds() * 1e3,
            (seconds - statistics.seconds()) * 1e3,
            ProcessMemory.peakBytes().orElse(0) >> 20);
      }
    }
  }

  /** How many tokens so many examples have. */
  public static int tokens(int examples) {
    return random(examples).sequences().stream().mapToInt(TokenSequence::length).sum();
  }

  private static LabelledExamples random(int count) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] labels = new double[count];
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(SHORTEST, LONGEST);
      sequences.add(new TokenSequence(random.ints(length, 1000, 30000).toArray(), new int[length]));
      labels[i] = i % 2;
    }
    return new LabelledExamples(sequences, labels, false);
  }
}
