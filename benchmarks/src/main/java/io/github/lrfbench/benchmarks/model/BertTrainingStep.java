package io.github.lrfbench.benchmarks.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.measure.ProcessMemory;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Time of a training step of bert-base (forward, backward, clipping, AdamW; dropout on) with random
 * weights and tokens. Arguments: device, threads, batch, tokens per sequence, steps. The first two
 * steps are a warm-up. Prints the columns that {@code peers/train_step_torch.py} prints.
 */
public final class BertTrainingStep {
  private static final int WARM_UP = 2;

  private BertTrainingStep() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int batch = Integer.parseInt(args[2]);
    int length = Integer.parseInt(args[3]);
    int steps = Integer.parseInt(args[4]);
    EncoderConfig config = EncoderConfig.parse(new ObjectMapper().readTree(BertLatency.CONFIG));
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] labels = new double[batch * (steps + WARM_UP)];
    for (int i = 0; i < labels.length; i++) {
      int[] ids = random.ints(length, 1000, 30000).toArray();
      sequences.add(new TokenSequence(ids, new int[length]));
      labels[i] = i % 2;
    }
    TrainingSettings settings =
        new TrainingSettings(
            1, 1e-5, batch, batch, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 0);
    double[] ends = new double[steps + WARM_UP];
    TrainingListener clock =
        new TrainingListener() {
          @Override
          public void step(
              int epoch, long step, long total, double loss, double rate, double seconds) {
            ends[(int) step - 1] = seconds;
          }
        };
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    try (Device device = Devices.open(args[0], options, line -> {});
        Model model =
            EncoderLoader.load(config, EncoderLoader.randomWeights(config, 0), false, device)) {
      Trainer.train(model, new LabelledExamples(sequences, labels, false), settings, null, clock);
    }
    double[] millis = new double[steps];
    for (int i = 0; i < steps; i++) {
      millis[i] = (ends[i + WARM_UP] - ends[i + WARM_UP - 1]) * 1e3;
    }
    Arrays.sort(millis);
    System.out.println("runtime,batch,seq,median_ms,min_ms,steps,peak_resident_mb");
    System.out.printf(
        Locale.ROOT,
        "lrfbench,%d,%d,%.0f,%.0f,%d,%d%n",
        batch,
        length,
        (millis[(steps - 1) / 2] + millis[steps / 2]) / 2,
        millis[0],
        steps,
        ProcessMemory.peakBytes().orElse(0) >> 20);
  }
}
