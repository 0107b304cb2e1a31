package io.github.lrfbench.harness.exits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.FineTuning;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.harness.train.Objective;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Exits learn by the losses of their papers, with the gradients that PyTorch finds. */
class ExitTrainingTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  /** The loss and its gradients by transformers in double precision, beside ours. */
  private static final String SCRIPT =
      """
      import sys, torch, torch.nn.functional as F
      from safetensors.torch import load_file
      from transformers import AutoModelForSequenceClassification
      def compare(folder, joint, texts, labels):
          joint = joint == "joint"
          model = AutoModelForSequenceClassification.from_pretrained(folder).double().eval()
          exits = {name: value.double().requires_grad_()
                   for name, value in load_file(folder + "/model.safetensors").items() if name.startswith("exits.")}

          def linear(x, block, module):
              own = f"exits.{block}.{module}."
              if own + "weight" in exits:
                  return F.linear(x, exits[own + "weight"], exits.get(own + "bias"))
              return model.get_submodule(module)(x)

          def leave(state, block, last):
              kind = model.config.model_type
              if kind == "gpt2":
                  return linear(state[:, -1] if last else model.transformer.ln_f(state[:, -1]), block, "score")
              first, then, act = {"bert": ("bert.pooler.dense", "classifier", torch.tanh),
                                  "roberta": ("classifier.dense", "classifier.out_proj", torch.tanh),
                                  "distilbert": ("pre_classifier", "classifier", torch.relu)}[kind]
              return linear(act(linear(state[:, 0], block, first)), block, then)

          loss = 0
          for text, label in zip(texts.split("|"), labels.split()):
              ids = torch.tensor([[int(id) for id in text.split()]])
              states = model(ids, output_hidden_states=True).hidden_states
              blocks = len(states) - 1
              for block in range(1, blocks + 1 if joint else blocks):
                  weight = block / (blocks * (blocks + 1) / 2) if joint else 1
                  logits = leave(states[block], block, block == blocks)
                  loss = loss + weight * F.cross_entropy(logits, torch.tensor([int(label)]))
          loss.backward()
          expected = {name: value.grad for name, value in exits.items()}
          if joint:
              expected.update({name: value.grad for name, value in model.named_parameters() if value.grad is not None})
          ours = load_file(folder + "/gradients")
          worst = max(float((ours[name].double() - value).abs().max()) for name, value in expected.items())
          rest = max([float(ours[name].abs().max()) for name in ours if name not in expected] + [0.0])
          print(float(loss), worst, rest, len(expected))

      for at in range(1, len(sys.argv), 4):
          compare(*sys.argv[at:at + 4])
      """;

  @TempDir private Path folder;
  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  private Path tiny(String name, int labels) throws IOException {
    Path directory = folder.resolve(name);
    return switch (name) {
      case "bert" -> TinyCheckpoint.bert(directory, labels);
      case "roberta" -> EarlyExitTest.readable(TinyCheckpoint.roberta(directory, labels));
      case "distilbert" -> TinyCheckpoint.distilbert(directory, labels);
      default -> TinyCheckpoint.gpt2(directory, labels);
    };
  }

  private ExitModel draw(Path directory, ExitTraining training) {
    try (LoadedModel loaded = LoadedModel.open(directory, device)) {
      return ExitModel.draw(loaded.model().copy(), training, 3);
    }
  }

  /** None of the tokens is padding. */
  private static LabelledExamples examples(int count, int labels) {
    SplittableRandom random = new SplittableRandom(1);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[count];
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(3 + i % 4, 4, 12).toArray();
      sequences.add(new TokenSequence(ids, new int[ids.length]));
      targets[i] = random.nextInt(labels);
    }
    return new LabelledExamples(sequences, targets, false);
  }

  private void write(ExitModel model, Path source, Path target) {
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      ObjectNode config = checkpoint.config();
      Exits.tell(config, model.training());
      ObjectNode block = JsonNodeFactory.instance.objectNode();
      new TrainedCheckpoint(model, config, block, source, null).write(target);
    }
  }

  /** All in one call of Python, which takes long to begin. */
  @Test
  void lossesAndGradientsAreThoseOfPyTorch() throws IOException, InterruptedException {
    requirePython();
    List<String> arguments = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    List<String> cases = new ArrayList<>();
    for (String name : List.of("bert", "roberta", "distilbert", "gpt2")) {
      for (ExitTraining training : ExitTraining.values()) {
        int labels = name.equals("gpt2") ? 3 : 2;
        LabelledExamples examples = examples(4, labels);
        Path written = folder.resolve(name + "-" + training.label());
        losses.add(writeGradients(tiny(name, labels), training, examples, written));
        cases.add(name + " " + training);
        arguments.addAll(List.of(written.toString(), training.label()));
        arguments.add(
            examples.sequences().stream()
                .map(sequence -> joined(Arrays.stream(sequence.ids()).boxed()))
                .collect(Collectors.joining("|")));
        arguments.add(joined(Arrays.stream(examples.targets()).mapToObj(target -> (int) target)));
      }
    }
    List<String> told = python(SCRIPT, arguments.toArray(String[]::new)).lines().toList();
    assertEquals(cases.size(), told.size());
    for (int i = 0; i < cases.size(); i++) {
      String[] numbers = told.get(i).split(" ");
      assertEquals(Double.parseDouble(numbers[0]), losses.get(i), 1e-5, cases.get(i));
      assertEquals(0, Double.parseDouble(numbers[1]), 1e-5, cases.get(i));
      assertEquals(0, Double.parseDouble(numbers[2]), cases.get(i));
      // Of the one exit alone its pooler and its classifier, of a GPT-2 a matrix.
      int exits = cases.get(i).startsWith("gpt2") ? 1 : 4;
      int compared = Integer.parseInt(numbers[3]);
      assertTrue(cases.get(i).endsWith("JOINT") ? compared > 20 : compared == exits, told.get(i));
    }
  }

  private static String joined(Stream<Integer> numbers) {
    return numbers.map(number -> number.toString()).collect(Collectors.joining(" "));
  }

  /** Writes a model with its exits, and the gradients of all that learns; returns the loss. */
  private double writeGradients(
      Path source, ExitTraining training, LabelledExamples examples, Path written) {
    try (ExitModel model = draw(source, training);
        GradientBuffers gradients = new GradientBuffers(device, model.trained());
        Scope scope = device.openScope();
        Tape tape = new Tape(device, gradients, null)) {
      TrainingSet learning = ExitExamples.of(examples, model);
      TokenBatch batch = TokenBatch.of(scope, learning.sequences(), model.info());
      Tensor outputs = learning.outputs(tape.ops(), model, batch, null);
      double loss = learning.loss(tape, outputs, 1);
      tape.backward();
      write(model, source, written);
      SafetensorsWriter writer = new SafetensorsWriter();
      for (Parameter weight : model.trained()) {
        writer.add(weight.name(), weight.shape(), () -> weight.read(gradients.of(weight)));
      }
      writer.write(written.resolve("gradients"));
      return loss;
    }
  }

  private static void requirePython() throws InterruptedException {
    boolean has = false;
    try {
      python("import torch, transformers, safetensors");
      has = true;
    } catch (IOException e) {
      // Told below.
    }
    assumeTrue(has, PYTHON + " has no torch, transformers and safetensors");
  }

  private static String python(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("python ended with " + process.exitValue());
    }
    return out;
  }

  /** The slope of every output by central differences of the loss. */
  @ParameterizedTest
  @EnumSource(ExitTraining.class)
  void slopesAreThoseOfTheLoss(ExitTraining training) {
    for (boolean regression : new boolean[] {false, true}) {
      int width = regression ? 1 : 3;
      int exits = training.weights(4).length;
      double[] targets = regression ? new double[] {0.3, -1} : new double[] {2, 0};
      Objective objective =
          new ExitExamples(new LabelledExamples(List.of(), targets, regression), training, 4)
              .objective();
      SplittableRandom random = new SplittableRandom(5);
      float[] outputs = new float[targets.length * exits * width];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = (float) (random.nextInt(-8, 9) / 4.0);
      }
      double[] weights = {1, 0.5};
      float[] slope = new float[outputs.length];
      double loss = objective.evaluate(outputs, targets, weights, slope);
      assertEquals(byDefinition(outputs, targets, weights, training, regression), loss, 1e-9);
      float step = 1f / 256;
      for (int i = 0; i < outputs.length; i++) {
        float[] more = outputs.clone();
        float[] less = outputs.clone();
        more[i] += step;
        less[i] -= step;
        double difference =
            byDefinition(more, targets, weights, training, regression)
                - byDefinition(less, targets, weights, training, regression);
        assertEquals(difference / (2 * step), slope[i], 1e-5, "output " + i);
      }
    }
  }

  /** Σ_j w_j L_j, each loss written out. */
  private static double byDefinition(
      float[] outputs,
      double[] targets,
      double[] weights,
      ExitTraining training,
      boolean regression) {
    int width = regression ? 1 : 3;
    int exits = training == ExitTraining.JOINT ? 4 : 3;
    double loss = 0;
    for (int i = 0; i < targets.length; i++) {
      for (int j = 1; j <= exits; j++) {
        int at = (i * exits + j - 1) * width;
        double own;
        if (regression) {
          own = Math.pow(outputs[at] - targets[i], 2);
        } else {
          double sum = 0;
          for (int k = 0; k < width; k++) {
            sum += Math.exp(outputs[at + k]);
          }
          own = Math.log(sum) - outputs[at + (int) targets[i]];
        }
        loss += weights[i] * own * (training == ExitTraining.JOINT ? j / 10.0 : 1);
      }
    }
    return loss;
  }

  private void train(Path source, ExitTraining training, Path out, long failing) {
    TrainingSettings settings =
        new TrainingSettings(3, 1e-2, 4, 3, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 5);
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(int epoch, long step, long total, double loss, double rate, double s) {
            if (step == failing) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    try (ExitModel model = draw(source, training)) {
      FineTuning.Job job =
          new FineTuning.Job(
              model, model.trained(), target -> write(model, source, target), out, "same", 2);
      FineTuning.run(job, ExitExamples.of(examples(18, 2), model), settings, null, listener);
    }
  }

  @ParameterizedTest
  @CsvSource({"bert, TWO_STAGE, 4", "bert, JOINT, 8", "gpt2, JOINT, 5"})
  void anInterruptedTrainingEndsAsOthersAndLoadsAgain(
      String name, ExitTraining training, long failing) throws IOException {
    Path source = tiny(name, 2);
    Path whole = folder.resolve("whole");
    train(source, training, whole, 0);
    Path broken = folder.resolve("broken");
    assertThrows(IllegalStateException.class, () -> train(source, training, broken, failing));
    assertTrue(FineTuning.isUnfinished(broken));
    train(source, training, broken, 0);
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model.safetensors")),
        Files.readAllBytes(broken.resolve("model.safetensors")));
    try (LoadedModel before = LoadedModel.open(source, device);
        LoadedModel after = LoadedModel.open(whole, device)) {
      assertEquals(training, ((ExitModel) after.model()).training());
      Map<String, float[]> original = weights(before.model());
      Map<String, float[]> trained = weights(after.model());
      boolean same =
          original.keySet().stream()
              .allMatch(each -> Arrays.equals(original.get(each), trained.get(each)));
      assertEquals(training == ExitTraining.TWO_STAGE, same);
      try (ExitModel drawn = draw(source, training)) {
        Map<String, float[]> start = weights(drawn);
        assertEquals(start.keySet(), trained.keySet());
        start.forEach(
            (each, values) ->
                assertTrue(
                    !each.startsWith("exits.") || !Arrays.equals(values, trained.get(each)), each));
      }
    }
  }

  private static Map<String, float[]> weights(Model model) {
    return model.weights().stream().collect(Collectors.toMap(Parameter::name, Parameter::read));
  }
}
