package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.e2e.E2eDataset;
import io.github.lrfbench.harness.e2e.E2eItem;
import io.github.lrfbench.harness.e2e.E2eReader;
import io.github.lrfbench.harness.evaluate.E2eEvaluation;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.LanguageModels;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.TextExamples;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** To write a sentence that says what a meaning representation does: the E2E NLG challenge. */
record E2eTask() implements Task {
  private static final String TEST_FILE = "testset_w_refs.csv";
  private static final String TRAINING_FILE = "trainset.csv";

  /** GPT-2's token that ends a text; here it also stands between meaning and text. */
  private static final String END = "<|endoftext|>";

  @Override
  public String name() {
    return "e2e";
  }

  @Override
  public String description() {
    return "a meaning representation: a text that says it, by beam search; BLEU, NIST, ROUGE-L,"
        + " CIDEr; --e2e DIR, in DIR/"
        + TEST_FILE;
  }

  @Override
  public TaskInput load(DataSource source, int limit) {
    return read(source, TEST_FILE, limit);
  }

  @Override
  public TaskInput loadTraining(DataSource source, int limit) {
    return read(source, TRAINING_FILE, limit);
  }

  private TaskInput read(DataSource source, String file, int limit) {
    Path directory = source.texts().e2e();
    if (directory == null) {
      throw new InputException(
          "task e2e needs its data: give the directory of " + file + " with --e2e");
    }
    int most = limit == 0 ? E2eReader.ALL : limit;
    return new Input(this, E2eReader.read(directory.resolve(file), most));
  }

  @Override
  public TaskModel open(Path directory, TrainingStart start, Device device) {
    return TaskModel.openLanguageModel(directory, start, device);
  }

  private record Input(Task task, E2eDataset data) implements TaskInput {
    @Override
    public String source() {
      return data.source();
    }

    @Override
    public String sha256() {
      return data.sha256();
    }

    @Override
    public boolean isScored() {
      return true;
    }

    @Override
    public Optional<String> deviation() {
      return Optional.empty();
    }

    @Override
    public Evaluation evaluation(
        Model model, Tokenizer tokenizer, List<String> outputNames, long seed) {
      return E2eEvaluation.prepare(model, tokenizer, data, task.name(), end(tokenizer));
    }

    /** Of every reference the tokens behind the representation count, and the end. */
    @Override
    public TrainingSet examples(Model model, Tokenizer tokenizer, Evaluation evaluation) {
      LanguageModels.require(model, tokenizer, "task " + task.name());
      int end = end(tokenizer);
      List<TokenSequence> sequences = new ArrayList<>();
      List<Integer> first = new ArrayList<>();
      for (E2eItem item : data.items()) {
        int[] prompt = E2eEvaluation.prompt(tokenizer, item.meaning(), end);
        for (String reference : item.references()) {
          int[] text = tokenizer.encode(" " + reference, null, Integer.MAX_VALUE).ids();
          int[] ids = Arrays.copyOf(prompt, prompt.length + text.length + 1);
          System.arraycopy(text, 0, ids, prompt.length, text.length);
          ids[ids.length - 1] = end;
          if (ids.length <= model.info().maxLength()) {
            sequences.add(new TokenSequence(ids, new int[ids.length]));
            first.add(prompt.length);
          }
        }
      }
      return new TextExamples(
          List.copyOf(sequences), first.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int end(Tokenizer tokenizer) {
      int[] ids = tokenizer.encode(END, null, Integer.MAX_VALUE).ids();
      if (ids.length != 1) {
        throw new InputException("task e2e needs a tokenizer with the token " + END);
      }
      return ids[0];
    }
  }
}
