package io.github.lrfbench.benchmarks.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.demo.DemoBytePairs;
import io.github.lrfbench.harness.demo.DemoCorpus;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TrainingStart;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Trains the demo GPT-2s: a language model of the synthetic sentences from scratch, and from that
 * the classifier of reviews. Arguments: a folder to write, threads, examples per task of the text,
 * epochs of the classifier. Another number of threads rounds differently.
 */
public final class DemoGpt2Training {
  private static final long SEED = 20240607;
  private static final double RATE = 2e-3;
  private static final int BATCH = 16;
  private static final DemoTask CLASSIFIED = DemoTask.SST2;
  private static final double CLASSIFIER_RATE = 1.5e-3;
  private static final int CLASSIFIER_BATCH = 64;
  private static final double WARMUP = 0.1;
  private static final int CONTEXT = 128;
  private static final int HIDDEN = 96;
  private static final int LOG_EVERY = 100;

  private final Path out;
  private final Device device;
  private final Tokenizer tokenizer;

  private DemoGpt2Training(Path out, Device device, Tokenizer tokenizer) {
    this.out = out;
    this.device = device;
    this.tokenizer = tokenizer;
  }

  /** Runs the recipe. */
  public static void main(String[] args) throws IOException {
    if (args.length != 4) {
      System.err.println("usage: DemoGpt2Training OUT THREADS EXAMPLES CLASSIFIER-EPOCHS");
      System.exit(2);
    }
    Path out = Files.createDirectories(Path.of(args[0]));
    Files.writeString(out.resolve("tokenizer.json"), DemoBytePairs.tokenizerJson());
    ModelFolder.write(tokenizerConfig(), out.resolve("tokenizer_config.json"));
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    try (Device device = Devices.open("cpu", options, line -> {});
        Tokenizer tokenizer = Tokenizers.open(out, config())) {
      DemoGpt2Training training = new DemoGpt2Training(out, device, tokenizer);
      training.model(Integer.parseInt(args[2]));
      training.classify(Integer.parseInt(args[3]));
    }
  }

  /** Trains the language model in one pass over the text. */
  private void model(int examples) throws IOException {
    ObjectNode json = config();
    Architecture architecture = new Gpt2Architecture(Gpt2Config.parse(json), Gpt2Options.DEFAULT);
    String text = DemoCorpus.training(examples);
    int[] tokens = tokenizer.encode(text, null, Integer.MAX_VALUE).ids();
    TrainingSettings settings = settings(1, RATE, BATCH);
    try (Model model = architecture.load(architecture.randomLanguageModel(SEED), device)) {
      Evaluation evaluation =
          Tasks.get(DemoCorpus.TASK).load(source(), 0).evaluation(model, tokenizer, SEED);
      TextExamples set = TextExamples.of(tokens, CONTEXT, 0);
      Trainer.train(model, set, settings, null, new Log(new double[LOG_EVERY]));
      report(DemoCorpus.TASK, evaluation, model);
      ModelFolder.write(model, json, out.resolve(DemoCorpus.TASK));
    }
  }

  /** Trains the language model that was written, with a new head, on the classifier's task. */
  private void classify(int epochs) throws IOException {
    Path start = out.resolve(DemoCorpus.TASK);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(out.resolve(file), start.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Task task = Tasks.get(CLASSIFIED.taskName());
    try (TaskModel base = task.open(start, TrainingStart.stored(SEED), device)) {
      Model model = base.model();
      Evaluation evaluation = task.load(source(), 0).evaluation(model, tokenizer, SEED);
      TrainingSet set = task.loadTraining(source(), 0).examples(model, tokenizer, evaluation);
      TrainingSettings settings = settings(epochs, CLASSIFIER_RATE, CLASSIFIER_BATCH);
      Trainer.train(model, set, settings, null, new Log(new double[LOG_EVERY]));
      report(task.name(), evaluation, model);
      ModelFolder.write(model, base.config(), out.resolve(task.name()));
    }
  }

  private DataSource source() {
    return new DataSource(null, TextSource.NONE, out, CONTEXT);
  }

  private static TrainingSettings settings(int epochs, double rate, int batch) {
    return new TrainingSettings(
        epochs, rate, batch, batch, WARMUP, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, SEED);
  }

  private static void report(String task, Evaluation evaluation, Model model) {
    double metric = evaluation.run(model, done -> {}).score().metric();
    System.out.printf(Locale.ROOT, "%s\t%.4f%n", task, metric);
  }

  private static ObjectNode config() {
    ObjectNode config = ModelFolder.json();
    config.putArray("architectures").add("GPT2LMHeadModel");
    config.put("model_type", "gpt2").put("vocab_size", DemoBytePairs.SIZE);
    config.put("n_positions", CONTEXT).put("n_embd", HIDDEN).put("n_layer", 4).put("n_head", 4);
    config.put("activation_function", "gelu_new").put("layer_norm_epsilon", 1e-5);
    config.put("embd_pdrop", 0.0).put("attn_pdrop", 0.0).put("resid_pdrop", 0.0);
    config.put("bos_token_id", DemoBytePairs.END).put("eos_token_id", DemoBytePairs.END);
    return config.put("pad_token_id", DemoBytePairs.END);
  }

  private static ObjectNode tokenizerConfig() {
    ObjectNode config = ModelFolder.json();
    config.put("add_prefix_space", false).put("bos_token", "<|endoftext|>");
    config.put("eos_token", "<|endoftext|>").put("model_max_length", CONTEXT);
    config.put("pad_token", "<|endoftext|>").put("tokenizer_class", "GPT2Tokenizer");
    return config.put("unk_token", "<|endoftext|>");
  }

  /** Tells how training goes. */
  private record Log(double[] recent) implements TrainingListener {
    @Override
    public void step(int epoch, long step, long total, double loss, double rate, double seconds) {
      recent[(int) (step % LOG_EVERY)] = loss;
      if (step % LOG_EVERY == 0) {
        System.err.printf(
            Locale.ROOT,
            "step %d of %d, loss %.4f, %.0f s%n",
            step,
            total,
            Arrays.stream(recent).average().orElse(0),
            seconds);
      }
    }
  }
}
