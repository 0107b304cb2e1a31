package io.github.lrfbench.benchmarks.model;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many sentences a second (of a task of pairs, pairs) are scored on a task of classes, from
 * text to metric: tokenization, passes, and the metrics with their standard error. Model and data
 * are loaded before, and a run over the first examples comes before those that are timed.
 * Arguments: device, threads, directory of the GLUE data, first examples to take (0 for all), runs,
 * then subjects {@code MODEL:TASK}, each MODEL a directory. Prints the columns that {@code
 * peers/evaluate_cpu.py} prints.
 */
public final class EvaluationRate {
  private static final int MAX_LENGTH = 128;
  private static final int WARM_UP = 200;

  private EvaluationRate() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    DataSource source = new DataSource(Path.of(args[2]), TextSource.NONE, null, MAX_LENGTH);
    int limit = Integer.parseInt(args[3]);
    int runs = Integer.parseInt(args[4]);
    System.out.println("runtime,model,task,sentences,median_ms,sentences_per_s,accuracy,runs");
    try (Device device = Devices.open(args[0], options, line -> {})) {
      for (String subject : Arrays.asList(args).subList(5, args.length)) {
        int colon = subject.lastIndexOf(':');
        Path directory = Path.of(subject.substring(0, colon));
        try (LoadedModel loaded = LoadedModel.open(directory, device)) {
          measure(loaded, directory, subject.substring(colon + 1), source, limit, runs);
        }
      }
    }
  }

  private static void measure(
      LoadedModel loaded, Path directory, String task, DataSource source, int limit, int runs) {
    score(loaded, Tasks.get(task).load(source, WARM_UP));
    TaskInput input = Tasks.get(task).load(source, limit);
    double[] times = new double[runs];
    double accuracy = Double.NaN;
    for (int run = 0; run < runs; run++) {
      long start = System.nanoTime();
      accuracy = score(loaded, input).values().get(ScoreColumns.ACCURACY);
      times[run] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    double median = (times[(runs - 1) / 2] + times[runs / 2]) / 2;
    int sentences = input.evaluation(loaded, 0).facts().examples();
    System.out.printf(
        Locale.ROOT,
        "lrfbench,%s,%s,%d,%.2f,%.2f,%.6f,%d%n",
        directory.getFileName(),
        task,
        sentences,
        median,
        1e3 * sentences / median,
        accuracy,
        runs);
  }

  private static Score score(LoadedModel loaded, TaskInput input) {
    Evaluation evaluation = input.evaluation(loaded, 0);
    return evaluation.run(loaded.model(), done -> {}).score();
  }
}
