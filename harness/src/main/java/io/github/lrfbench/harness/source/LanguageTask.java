package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.demo.DemoCorpus;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.LanguageModels;
import io.github.lrfbench.harness.evaluate.PerplexityEvaluation;
import io.github.lrfbench.harness.lm.LmText;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * To predict every token of a text from those before it.
 *
 * @param name what {@code --task} calls it
 * @param description one line for users
 * @param split which part of the task's data is predicted; null if it has no parts
 * @param testFile what the text is called in a directory; null if only a file can be given
 * @param trainingFile what the text to learn from is called beside it
 * @param synthetic whether the texts are the demo's
 */
record LanguageTask(
    String name,
    String description,
    String split,
    String testFile,
    String trainingFile,
    boolean synthetic)
    implements Task {
  /** Any text. */
  static final LanguageTask LM =
      new LanguageTask(
          "lm",
          "a text: every token from those before it; perplexity; --text FILE, --train-text FILE",
          null,
          null,
          null,
          false);

  /** Merity et al. 2016, "Pointer Sentinel Mixture Models". */
  static final LanguageTask WIKITEXT2 =
      new LanguageTask(
          "wikitext2",
          "WikiText-2 raw: every token from those before it; perplexity; --text DIR,"
              + " in DIR/wiki.test.raw",
          "test",
          "wiki.test.raw",
          "wiki.train.raw",
          false);

  /** The sentences of the demo tasks. */
  static final LanguageTask DEMO =
      new LanguageTask(
          DemoCorpus.TASK,
          "sentences: every token from those before it; perplexity; synthetic, made by lrfbench",
          "test",
          DemoCorpus.TEST_FILE,
          DemoCorpus.TRAINING_FILE,
          true);

  @Override
  public TaskInput load(DataSource source, int limit) {
    Path text = place(source);
    if (text == null) {
      throw new InputException(
          testFile == null
              ? "task " + name + " needs a text: give --text FILE"
              : "task "
                  + name
                  + " needs its data: give the directory of "
                  + testFile
                  + " with --text");
    }
    return new Input(this, LmText.read(within(text, testFile)), source.texts(), limit);
  }

  @Override
  public TaskInput loadTraining(DataSource source, int limit) {
    TextSource texts = source.texts();
    Path place = place(source);
    boolean inDirectory = trainingFile != null && place != null && Files.isDirectory(place);
    if (texts.training() == null && !inDirectory) {
      throw new InputException(
          "task " + name + " needs a text to learn from: give --train-text FILE");
    }
    Path training = texts.training() == null ? place.resolve(trainingFile) : texts.training();
    return new Input(this, LmText.read(training), texts, limit);
  }

  /** The file or directory of the texts; null if the user has given none. */
  private Path place(DataSource source) {
    return synthetic ? DemoCorpus.unpack(source.cache()) : source.texts().text();
  }

  private static Path within(Path text, String file) {
    return file != null && Files.isDirectory(text) ? text.resolve(file) : text;
  }

  @Override
  public TaskModel open(Path directory, TrainingStart start, Device device) {
    return TaskModel.openLanguageModel(directory, start, device);
  }

  private record Input(LanguageTask task, LmText text, TextSource options, int limit)
      implements TaskInput {
    @Override
    public String source() {
      return text.file().toString();
    }

    @Override
    public String sha256() {
      return text.sha256();
    }

    @Override
    public boolean isScored() {
      return true;
    }

    @Override
    public boolean isNamedInCells() {
      return true;
    }

    @Override
    public Optional<String> deviation() {
      return Optional.empty();
    }

    @Override
    public Evaluation evaluation(
        Model model, Tokenizer tokenizer, List<String> outputNames, long seed) {
      return PerplexityEvaluation.prepare(
          model,
          tokenizer,
          text,
          task.name,
          task.split,
          options.windows(),
          options.context(),
          options.stride(),
          limit,
          seed);
    }

    @Override
    public TrainingSet examples(Model model, Tokenizer tokenizer, Evaluation evaluation) {
      LanguageModels.require(model, tokenizer, "task " + task.name);
      int context = LanguageModels.context(model, options.context());
      return TextExamples.of(text.tokens(tokenizer), Math.max(2, context), limit);
    }
  }
}
