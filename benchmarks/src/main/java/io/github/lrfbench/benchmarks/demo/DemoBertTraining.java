package io.github.lrfbench.benchmarks.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.demo.DemoExport;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains the demo BERTs from scratch: one model on all synthetic tasks, then one for every task.
 * Arguments: a folder to write, threads, examples per task, epochs on all tasks, epochs on each.
 * Another number of threads rounds differently.
 */
public final class DemoBertTraining {
  private static final long SEED = 20240607;
  private static final double SHARED_RATE = 6e-4;
  private static final double OWN_RATE = 3e-4;
  private static final int OWN_BATCH = 64;
  private static final int MAX_LENGTH = 128;
  private static final int HIDDEN = 128;

  private final Path out;
  private final Device device;

  private DemoBertTraining(Path out, Device device) {
    this.out = out;
    this.device = device;
  }

  /** Runs the recipe. */
  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      System.err.println(
          "usage: DemoBertTraining OUT THREADS EXAMPLES SHARED-EPOCHS EPOCHS-PER-TASK");
      System.exit(2);
    }
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    try (Device device = Devices.open("cpu", options, line -> {})) {
      new DemoBertTraining(Path.of(args[0]), device)
          .run(Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    }
  }

  private void run(int examples, int sharedEpochs, int ownEpochs) throws IOException {
    Path data = out.resolve("data");
    Files.createDirectories(data);
    DemoExport.write(data);
    Path start = Files.createDirectories(out.resolve("start"));
    Files.copy(
        data.resolve("vocab.txt"), start.resolve("vocab.txt"), StandardCopyOption.REPLACE_EXISTING);
    ModelFolder.write(tokenizerConfig(), start.resolve("tokenizer_config.json"));
    List<String> outputs = new ArrayList<>();
    for (DemoTask task : DemoTask.values()) {
      outputs.addAll(task.labels().isEmpty() ? List.of("score") : task.labels());
    }
    ObjectNode sharedConfig = config(outputs, vocabulary(start));
    try (Tokenizer tokenizer = Tokenizers.open(start, sharedConfig)) {
      List<DemoTrainingData> parts = new ArrayList<>();
      for (DemoTask task : DemoTask.values()) {
        parts.add(DemoTrainingData.draw(task, examples, tokenizer));
      }
      NamedWeights shared = trainShared(sharedConfig, parts, sharedEpochs);
      int firstOutput = 0;
      for (DemoTrainingData part : parts) {
        int end = firstOutput + SharedTraining.outputs(part);
        trainOwn(part, shared, firstOutput, end, tokenizer, ownEpochs, start);
        firstOutput = end;
      }
    }
  }

  private NamedWeights trainShared(ObjectNode json, List<DemoTrainingData> parts, int epochs) {
    EncoderConfig config = EncoderConfig.parse(json);
    NamedWeights start;
    try (Model drawn =
        EncoderLoader.load(config, EncoderLoader.randomWeights(config, SEED), false, device)) {
      start = StartingWeights.of(drawn, config, SEED);
    }
    try (Model model = EncoderLoader.load(config, start, false, device)) {
      new SharedTraining(model, parts, epochs, SHARED_RATE, SEED).run();
      return NamedWeights.of(model);
    }
  }

  /** Trains a copy of the shared model on one task and writes it. */
  private void trainOwn(
      DemoTrainingData part,
      NamedWeights shared,
      int firstOutput,
      int endOutput,
      Tokenizer tokenizer,
      int epochs,
      Path start)
      throws IOException {
    List<String> labels =
        part.task().labels().isEmpty() ? List.of("LABEL_0") : part.task().labels();
    ObjectNode json = config(labels, vocabulary(start));
    NamedWeights own = new NamedWeights();
    shared.forEach((name, shape) -> own.put(name, shape, shared.values(name).clone()));
    own.keepRows("classifier.weight", firstOutput, endOutput);
    own.keepRows("classifier.bias", firstOutput, endOutput);
    try (Model model = EncoderLoader.load(EncoderConfig.parse(json), own, false, device)) {
      DataSource source = new DataSource(null, TextSource.NONE, out, MAX_LENGTH);
      Evaluation evaluation =
          Tasks.get(part.task().taskName()).load(source, 0).evaluation(model, tokenizer, SEED);
      report(part, "shared", evaluation, model);
      TrainingSettings settings =
          new TrainingSettings(
              epochs,
              OWN_RATE,
              OWN_BATCH,
              OWN_BATCH,
              0.1,
              AdamWSettings.DEFAULT,
              1,
              0,
              Selection.LAST,
              SEED);
      Trainer.train(model, part.set(), settings, null, TrainingListener.NONE);
      report(part, "own", evaluation, model);
      ModelFolder.write(model, json, out.resolve(part.task().taskName()));
    }
  }

  private static void report(
      DemoTrainingData part, String stage, Evaluation evaluation, Model model) {
    double metric = evaluation.run(model, done -> {}).score().metric();
    System.out.printf(Locale.ROOT, "%s\t%s\t%.4f%n", part.task().taskName(), stage, metric);
  }

  private static int vocabulary(Path start) throws IOException {
    return Files.readAllLines(start.resolve("vocab.txt")).size();
  }

  private static ObjectNode config(List<String> labels, int vocabulary) {
    ObjectNode config = ModelFolder.json();
    ArrayNode architectures = config.putArray("architectures");
    architectures.add("BertForSequenceClassification");
    config.put("model_type", "bert").put("vocab_size", vocabulary).put("hidden_size", HIDDEN);
    config.put("num_hidden_layers", 4).put("num_attention_heads", 4);
    config.put("intermediate_size", 4 * HIDDEN).put("max_position_embeddings", MAX_LENGTH);
    config.put("type_vocab_size", 2).put("hidden_act", "gelu").put("layer_norm_eps", 1e-12);
    config.put("hidden_dropout_prob", 0.0).put("attention_probs_dropout_prob", 0.0);
    config.put("pad_token_id", 0);
    ModelFolder.nameLabels(config, labels);
    return config;
  }

  private static ObjectNode tokenizerConfig() {
    ObjectNode config = ModelFolder.json();
    config.put("cls_token", "[CLS]").put("do_lower_case", true).put("mask_token", "[MASK]");
    config.put("model_max_length", MAX_LENGTH).put("pad_token", "[PAD]");
    config.put("sep_token", "[SEP]").put("tokenizer_class", "BertTokenizer");
    config.put("unk_token", "[UNK]");
    return config;
  }
}
