package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.e2e.E2eDataset;
import io.github.lrfbench.harness.e2e.E2eItem;
import io.github.lrfbench.harness.e2e.E2eScore;
import io.github.lrfbench.harness.e2e.MeaningText;
import io.github.lrfbench.harness.generate.EarlyStopping;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.generate.Generator;
import io.github.lrfbench.harness.generate.LengthLimit;
import io.github.lrfbench.harness.generate.NoRepeat;
import io.github.lrfbench.harness.generate.ScoreRules;
import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * Texts that a language model writes for the meaning representations of the E2E NLG challenge,
 * decoded as LoRA (Hu et al. 2021) does: the representation and the token that ends a text, then
 * beam search up to that token or an empty line, without repeated runs of four tokens in the text
 * that is written.
 */
public final class E2eEvaluation implements Evaluation {
  private static final int BEAMS = 10;
  private static final double LENGTH_PENALTY = 0.8;
  private static final NoRepeat NO_REPEAT = new NoRepeat(4, false);
  private static final int NEW_TOKENS = 64;
  private static final int BATCH = 8;
  private static final String EMPTY_LINE = "\n\n";

  private final DataFacts facts;
  private final E2eDataset data;
  private final Tokenizer tokenizer;
  private final List<int[]> prompts;
  private final Generator generator;

  private E2eEvaluation(
      DataFacts facts,
      E2eDataset data,
      Tokenizer tokenizer,
      List<int[]> prompts,
      Generator generator) {
    this.facts = facts;
    this.data = data;
    this.tokenizer = tokenizer;
    this.prompts = prompts;
    this.generator = generator;
  }

  /**
   * Prepares items.
   *
   * @param model a language model
   * @param task the task's name
   * @param end the token that ends a text
   * @throws io.github.lrfbench.kernels.InputException if model and tokenizer do not fit the task
   */
  public static E2eEvaluation prepare(
      Model model, Tokenizer tokenizer, E2eDataset data, String task, int end) {
    LanguageModels.require(model, tokenizer, "task " + task);
    List<int[]> prompts =
        data.items().stream().map(item -> prompt(tokenizer, item.meaning(), end)).toList();
    Set<Integer> ends = new TreeSet<>(Set.of(end));
    int[] emptyLine = tokenizer.encode(EMPTY_LINE, null, Integer.MAX_VALUE).ids();
    if (emptyLine.length == 1) {
      ends.add(emptyLine[0]);
    }
    GenerationSettings settings =
        new GenerationSettings(
            LengthLimit.ofContinuation(NEW_TOKENS),
            ends,
            BEAMS,
            LENGTH_PENALTY,
            EarlyStopping.WHEN_UNLIKELY,
            ScoreRules.of(NO_REPEAT),
            null,
            0);
    DataFacts facts =
        new DataFacts(
            task,
            "test",
            prompts.size(),
            data.sha256(),
            "",
            Map.of("beams", BEAMS, "length_penalty", LENGTH_PENALTY, "max_new_tokens", NEW_TOKENS));
    return new E2eEvaluation(facts, data, tokenizer, prompts, new Generator(BATCH, settings));
  }

  /**
   * What a model reads before it writes.
   *
   * @param meaning a meaning representation
   * @param end the token that ends a text
   */
  public static int[] prompt(Tokenizer tokenizer, String meaning, int end) {
    int[] ids = tokenizer.encode(MeaningText.of(meaning), null, Integer.MAX_VALUE).ids();
    int[] prompt = Arrays.copyOf(ids, ids.length + 1);
    prompt[ids.length] = end;
    return prompt;
  }

  @Override
  public DataFacts facts() {
    return facts;
  }

  @Override
  public int size() {
    return prompts.size();
  }

  @Override
  public Outcome run(Model model, IntConsumer progress) {
    Generator.Result result = generator.run((CausalModel) model, prompts, progress);
    List<String> texts = new ArrayList<>();
    for (int[] tokens : result.continuations()) {
      texts.add(tokenizer.decode(tokens).split(EMPTY_LINE, 2)[0].strip());
    }
    return outcome(data.items(), texts, result.seconds());
  }

  static Outcome outcome(List<E2eItem> items, List<String> texts, double seconds) {
    return new Written(items, texts, seconds);
  }

  private record Written(List<E2eItem> items, List<String> texts, double seconds)
      implements Outcome {
    @Override
    public Score score() {
      E2eScore score = E2eScore.of(items, texts);
      Map<String, Object> extra = new LinkedHashMap<>();
      extra.put("bleu", score.bleu());
      extra.put("nist", score.nist());
      extra.put("rouge_l", score.rougeL());
      extra.put("cider", score.cider());
      extra.put("meteor", "not computed");
      return new Score("bleu", score.bleu(), Double.NaN, true, Map.of(), extra);
    }

    @Override
    public List<Prediction> predictions() {
      List<Prediction> predictions = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        predictions.add(new Prediction(i, texts.get(i), List.of(), null));
      }
      return predictions;
    }

    /** As the official script reads it. */
    @Override
    public void writePredictions(Path file) {
      WholeFile.write(
          file,
          out -> {
            out.write("mr\toutput\n");
            for (int i = 0; i < texts.size(); i++) {
              String text = texts.get(i).replaceAll("\\s+", " ");
              out.write(items.get(i).meaning() + "\t" + text + "\n");
            }
          });
    }
  }
}
