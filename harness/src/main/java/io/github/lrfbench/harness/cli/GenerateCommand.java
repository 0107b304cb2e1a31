package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.evaluate.LanguageModels;
import io.github.lrfbench.harness.generate.GenerationConfig;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.generate.Generator;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code generate}: continues texts. */
@Command(
    name = "generate",
    description = "Continues texts with a language model.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Takes the likeliest token at every step. With --temperature, --top-k or --top-p tokens are drawn instead;",
      "with --beams the likeliest texts are followed at once. What is not given is as the model's",
      "generation_config.json has it, or config.json where there is none; every key means what it means to",
      "transformers' generate, or is refused. The new text goes to stdout; of several prompts each is a line,",
      "in which a line end is written \\n.",
      "",
      "Example: lrfbench generate --model demo:gpt2 --prompt 'The doctor'",
      "Example: lrfbench generate --model ./gpt2 --prompt 'The meaning of life is' --max-new-tokens 30 --top-k 40"
    })
final class GenerateCommand implements Callable<Integer>, PrintsData {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description =
          "A directory of a GPT-2, compressed ones included, hf:owner/name, or demo:gpt2.")
  private String model;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "What to continue. Repeatable.")
  private List<String> prompt = new ArrayList<>();

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = "A file with a prompt in every line.")
  private Path prompts;

  @Mixin private ContinuationOptions continuation;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      defaultValue = "8",
      description = "Prompts at a time. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write a JSON object for each prompt in a line: prompt, text, tokens.")
  private Path out;

  @Mixin private CacheOptions cache;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    List<String> texts = texts();
    // What is wrong with numbers shows before a model is loaded.
    new Generator(batchSize, continuation.validated());
    Path directory = HubModels.source(model).directory("");
    try (Device device = selection.open();
        LoadedModel loaded =
            LoadedModel.open(directory, cache.options(), device).in(selection.storage(device))) {
      CausalModel causal = LanguageModels.require(loaded.model(), loaded.tokenizer(), "generate");
      System.err.println(selection.choice());
      loaded.notes().forEach(System.err::println);
      List<int[]> ids = new ArrayList<>();
      for (String text : texts) {
        ids.add(loaded.tokenizer().encode(text, null, Integer.MAX_VALUE).ids());
      }
      Generator generator = new Generator(batchSize, settings(loaded.transformer(), causal));
      Generator.Result result;
      try (Progress progress = Progress.start(texts.size(), "generate")) {
        result = generator.run(causal, ids, done -> progress.advance(done));
        progress.done();
      }
      List<String> continuations = new ArrayList<>();
      for (int[] tokens : result.continuations()) {
        continuations.add(loaded.tokenizer().decode(tokens));
      }
      print(continuations);
      if (out != null) {
        write(texts, continuations, result.continuations());
      }
      System.err.printf(
          Locale.ROOT,
          "%d tokens in %.2f s, %.1f tokens/s, %d forward passes%n",
          result.tokens(),
          result.seconds(),
          result.tokens() / result.seconds(),
          result.steps());
    }
    return ExitCode.DONE;
  }

  private List<String> texts() {
    List<String> texts = new ArrayList<>(prompt);
    if (prompts != null) {
      TextFile.read(prompts).lines().filter(line -> !line.isEmpty()).forEach(texts::add);
    }
    if (texts.isEmpty()) {
      throw new InputException("what to continue? Give --prompt TEXT or --prompts FILE with text");
    }
    return texts;
  }

  /** What the command line leaves open, the model decides. */
  private GenerationSettings settings(Path directory, CausalModel causal) {
    Notes notes = new Notes();
    GenerationConfig wanted =
        GenerationConfig.read(directory, causal.info().vocabularySize(), notes);
    notes.lines().forEach(System.err::println);
    try {
      return continuation.settings(wanted);
    } catch (InputException e) {
      // The command line has been checked, so the fault is the model's.
      throw Faults.of(wanted.file(), e.getMessage());
    }
  }

  private void print(List<String> continuations) {
    PrintWriter stdout = spec.commandLine().getOut();
    for (String text : continuations) {
      stdout.println(continuations.size() == 1 ? text : text.replaceAll("\\R", "\\\\n"));
    }
  }

  private void write(List<String> texts, List<String> continuations, List<int[]> tokens) {
    ObjectMapper json = new ObjectMapper();
    WholeFile.write(
        out,
        file -> {
          for (int i = 0; i < texts.size(); i++) {
            ObjectNode line = json.createObjectNode();
            line.put("prompt", texts.get(i)).put("text", continuations.get(i));
            for (int token : tokens.get(i)) {
              line.withArray("tokens").add(token);
            }
            file.write(line + "\n");
          }
        });
  }
}
