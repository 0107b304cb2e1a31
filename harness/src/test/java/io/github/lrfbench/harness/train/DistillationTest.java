package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.AttentionObservingOps.Attended;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.Architectures;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a teacher's attention a student learns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistillationTest {
  private static final double STEP = 1e-5;

  /** The kinds of models: what they are called, and whether tokens see those before them only. */
  private static final String BERT = "bert";

  private static final String GPT2 = "gpt2";

  private Device device;

  String device() {
    return "cpu";
  }

  @BeforeAll
  void open() {
    device = Devices.open(device(), new DeviceOptions(1), line -> {});
  }

  @AfterAll
  void close() {
    device.close();
  }

  private Model random(String family, int layers, int heads, long seed) {
    return random(family, layers, heads, 0, seed);
  }

  private Model random(String family, int layers, int heads, double attentionDropout, long seed) {
    ObjectNode json = new ObjectMapper().createObjectNode().put("model_type", family);
    json.put("vocab_size", 30);
    if (family.equals(GPT2)) {
      json.put("embd_pdrop", 0).put("resid_pdrop", 0).put("attn_pdrop", attentionDropout);
      json.put("n_positions", 12).put("n_embd", 12).put("n_layer", layers).put("n_head", heads);
    } else {
      json.put("hidden_dropout_prob", 0).put("attention_probs_dropout_prob", attentionDropout);
      json.put("max_position_embeddings", 12).put("hidden_size", 12).put("intermediate_size", 16);
      json.put("num_hidden_layers", layers).put("num_attention_heads", heads);
    }
    json.putObject("id2label").put("0", "no").put("1", "yes");
    Architecture architecture =
        Architectures.of(Path.of("config.json"), json, null, Gpt2Options.DEFAULT, new Notes());
    Model model = architecture.load(architecture.randomWeights(seed), device);
    // Drawn as for training, scores are nearly 0.
    try (GradientBuffers buffers = new GradientBuffers(device, model.weights())) {
      for (Tensor tensor : buffers.tensors()) {
        double factor = tensor.shape().toArray().length == 2 ? 20 : 1;
        double[] values = Arrays.stream(tensor.toDoubles()).map(value -> factor * value).toArray();
        tensor.write(0, values, 0, values.length);
      }
    }
    return model;
  }

  private static LabelledExamples examples() {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int length : new int[] {5, 1, 9}) {
      int[] ids = IntStream.range(0, length).map(i -> (7 * i + 3 * length) % 30).toArray();
      sequences.add(new TokenSequence(ids, new int[length]));
    }
    return new LabelledExamples(sequences, new double[] {1, 0, 1}, false);
  }

  private static DistillationWeights attentionWeights(double attention, double scores) {
    return new DistillationWeights(0, 0, attention, scores);
  }

  /** The part of the loss that is of attentions, and its gradient, of models in any type. */
  private double follow(
      Model student, Model teacher, DistillationWeights weights, GradientBuffers gradients) {
    return follow(student, teacher, weights, gradients, null);
  }

  private double follow(
      Model student,
      Model teacher,
      DistillationWeights weights,
      GradientBuffers gradients,
      Long dropoutSeed) {
    LabelledExamples examples = examples();
    try (Scope scope = device.openScope();
        Tape tape = new Tape(device, gradients, dropoutSeed);
        Ops eager = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, examples.sequences());
      ShownPass own = ShownPass.run(tape.ops(), examples, batch, student, weights, null);
      ShownPass guide = ShownPass.run(eager, examples, batch, teacher, weights, scope);
      double loss =
          new AttentionFollower(tape, batch, weights, examples.size(), 1)
              .follow(own.attentions(), guide.attentions());
      tape.backward();
      return loss;
    }
  }

  /** By the definition, in double precision on the host. */
  private double reference(Model student, Model teacher, DistillationWeights weights) {
    LabelledExamples examples = examples();
    double loss = 0;
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, examples.sequences());
      List<Attended> own =
          ShownPass.run(ops, examples, batch, student, weights, scope).attentions();
      List<Attended> guides =
          ShownPass.run(ops, examples, batch, teacher, weights, scope).attentions();
      assertEquals(student.blocks().size(), own.size());
      for (int block = 0; block < own.size(); block++) {
        double divergence = 0;
        double squares = 0;
        int rows = 0;
        int pairs = 0;
        int start = 0;
        for (TokenSequence sequence : examples.sequences()) {
          for (int query = 0; query < sequence.length(); query++) {
            for (int head = 0; head < own.get(block).heads(); head++) {
              double[] s = scores(own.get(block), start, sequence.length(), query, head);
              double[] g = scores(guides.get(block), start, sequence.length(), query, head);
              double[] p = softmax(s);
              double[] r = softmax(g);
              for (int key = 0; key < s.length; key++) {
                divergence += r[key] * Math.log(r[key] / p[key]);
                squares += Math.pow(s[key] - g[key], 2);
              }
              rows++;
              pairs += s.length;
            }
          }
          start += sequence.length();
        }
        loss +=
            examples.size()
                * (weights.attention() * divergence / rows + weights.scores() * squares / pairs);
      }
    }
    return loss;
  }

  private static double[] scores(Attended attended, int start, int length, int query, int head) {
    int width = attended.q().cols();
    int size = width / attended.heads();
    double[] q = attended.q().data().toDoubles();
    double[] k = attended.k().data().toDoubles();
    double[] scores = new double[attended.causal() ? query + 1 : length];
    for (int key = 0; key < scores.length; key++) {
      for (int col = head * size; col < (head + 1) * size; col++) {
        scores[key] +=
            attended.scale() * q[(start + query) * width + col] * k[(start + key) * width + col];
      }
    }
    return scores;
  }

  private static double[] softmax(double[] scores) {
    double[] powers = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      powers[i] = Math.exp(scores[i]);
      sum += powers[i];
    }
    for (int i = 0; i < scores.length; i++) {
      powers[i] /= sum;
    }
    return powers;
  }

  @ParameterizedTest
  @CsvSource({"bert, 1, 0", "bert, 0, 1", "bert, 0.3, 2", "gpt2, 1, 0", "gpt2, 0, 1"})
  void theLossIsThatOfTheDefinition(String family, double attention, double scores) {
    DistillationWeights weights = attentionWeights(attention, scores);
    try (Model student = random(family, 2, 3, 1);
        Model teacher = random(family, 2, 3, 2);
        GradientBuffers gradients = new GradientBuffers(device, student.weights())) {
      double expected = reference(student, teacher, weights);
      assertTrue(expected > 0.01, "attentions differ by " + expected);
      assertEquals(expected, follow(student, teacher, weights, gradients), 1e-5 * expected);
    }
  }

  /** And the student's dropout goes on under observation: later blocks read something else. */
  @ParameterizedTest
  @ValueSource(strings = {BERT, GPT2})
  void mapsAreComparedBeforeTheirDropout(String family) {
    DistillationWeights weights = attentionWeights(1, 1);
    for (int layers = 1; layers <= 2; layers++) {
      try (Model student = random(family, layers, 3, 0.5, 1);
          Model teacher = random(family, layers, 3, 2);
          GradientBuffers gradients = new GradientBuffers(device, student.weights())) {
        double without = follow(student, teacher, weights, gradients);
        double dropped = follow(student, teacher, weights, gradients, 3L);
        assertEquals(layers == 1, Math.abs(without - dropped) < 1e-5 * without);
      }
    }
  }

  /** In double precision, of some elements of every weight. */
  @ParameterizedTest
  @ValueSource(strings = {BERT, GPT2})
  void gradientsAreCentralDifferences(String family) {
    DistillationWeights weights = attentionWeights(0.7, 0.2);
    int moved = 0;
    try (Model single = random(family, 2, 3, 1);
        Model student = single.copy(DType.F64);
        Model other = random(family, 2, 3, 2);
        Model teacher = other.copy(DType.F64);
        GradientBuffers gradients = new GradientBuffers(device, student.weights())) {
      gradients.clear();
      follow(student, teacher, weights, gradients);
      List<Tensor> tensors = gradients.tensors();
      for (int i = 0; i < tensors.size(); i++) {
        Tensor tensor = tensors.get(i);
        double[] slopes = gradients.of(tensor).toDoubles();
        double[] values = tensor.toDoubles();
        int at = (int) (values.length * 0.4);
        double up = moved(student, teacher, weights, tensor, at, values[at] + STEP);
        double down = moved(student, teacher, weights, tensor, at, values[at] - STEP);
        tensor.write(at, values, at, 1);
        double slope = (up - down) / (2 * STEP);
        assertEquals(slope, slopes[at], 1e-6 * Math.max(1, Math.abs(slope)), "tensor " + i);
        moved += Math.abs(slope) > 1e-4 ? 1 : 0;
      }
    }
    assertTrue(moved >= 10, moved + " weights move attention");
  }

  private double moved(
      Model student,
      Model teacher,
      DistillationWeights weights,
      Tensor tensor,
      int at,
      double value) {
    tensor.write(at, new double[] {value}, 0, 1);
    try (GradientBuffers unused = new GradientBuffers(device, student.weights())) {
      return follow(student, teacher, weights, unused);
    }
  }

  /** What is compared are the maps of transformers: queries and keys of every block, unpadded. */
  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-cls"})
  void mapsAreThoseOfTransformers(String name) throws IOException {
    Path folder = TestData.require("golden/" + name);
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    List<TokenSequence> sequences = GoldenInputs.read(io);
    LabelledExamples examples =
        new LabelledExamples(sequences, new double[sequences.size()], false);
    try (GoldenModel golden = GoldenModel.load(folder, device);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("io.safetensors"));
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, sequences);
      List<Attended> attentions =
          ShownPass.run(ops, examples, batch, golden.model(), attentionWeights(1, 0), scope)
              .attentions();
      int padded = sequences.stream().mapToInt(TokenSequence::length).max().orElseThrow();
      for (int block = 0; block < attentions.size(); block++) {
        float[] maps = expected.readFloats("attention." + block);
        Attended attended = attentions.get(block);
        int start = 0;
        for (int s = 0; s < sequences.size(); s++) {
          int length = sequences.get(s).length();
          for (int head = 0; head < attended.heads(); head++) {
            for (int query = 0; query < length; query++) {
              double[] p = softmax(scores(attended, start, length, query, head));
              int row = ((s * attended.heads() + head) * padded + query) * padded;
              for (int key = 0; key < p.length; key++) {
                assertEquals(maps[row + key], p[key], 1e-4, "block " + block);
              }
            }
          }
          start += length;
        }
      }
    }
  }

  private static double[] train(Model student, Distillation distillation, int epochs) {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(int e, long s, long t, double loss, double rate, double seconds) {
            losses.add(loss);
          }
        };
    TrainingSettings settings = TrainingSettings.standard(epochs, 2e-3, 3, Selection.LAST, 1);
    Trainer.train(student, examples(), settings, distillation, listener);
    return losses.stream().mapToDouble(loss -> loss).toArray();
  }

  /** With the teacher's outputs as targets, a student that is the teacher loses nothing. */
  @ParameterizedTest
  @ValueSource(strings = {BERT, GPT2})
  void trainingBringsAttentionNearTheTeachers(String family) {
    DistillationWeights attention = attentionWeights(1, 0);
    try (Model teacher = random(family, 2, 3, 2);
        Model same = teacher.copy();
        Model student = random(family, 2, 3, 1);
        GradientBuffers gradients = new GradientBuffers(device, student.weights())) {
      DistillationWeights all = new DistillationWeights(1, 1, 1, 1);
      assertEquals(0, train(same, new Distillation(teacher, all, 2), 1)[0], 1e-4);
      double before = follow(student, teacher, attention, gradients);
      train(student, new Distillation(teacher, new DistillationWeights(1, 0, 1, 0), 2), 60);
      double after = follow(student, teacher, attention, gradients);
      assertTrue(after < 0.5 * before, before + " became " + after);
    }
  }

  /** Where nothing in front of the last attention is trained, there is nothing to learn of it. */
  @Test
  void frozenQueriesAndKeysHaveALossAndNoGradient() {
    try (Model teacher = random(BERT, 2, 3, 2);
        Model student = random(BERT, 2, 3, 1)) {
      List<Parameter> head =
          student.weights().stream().filter(w -> w.name().startsWith("classifier.")).toList();
      List<Double> losses = new ArrayList<>();
      for (double weight : new double[] {0, 1}) {
        Trainer.train(
            student,
            head,
            examples(),
            TrainingSettings.standard(1, 1e-9, 3, Selection.LAST, 1),
            new Distillation(teacher, new DistillationWeights(1, 0, weight, 0), 2),
            new TrainingListener() {
              @Override
              public void step(int e, long s, long t, double loss, double rate, double seconds) {
                losses.add(loss);
              }
            });
      }
      double expected = reference(student, teacher, attentionWeights(1, 0)) / examples().size();
      assertEquals(expected, losses.get(1) - losses.get(0), 1e-4 * expected);
    }
  }

  @Test
  void otherHeadsOrBlocksAreRefused() {
    try (Model teacher = random(BERT, 2, 3, 2);
        Model heads = random(BERT, 2, 2, 1);
        Model blocks = random(BERT, 1, 3, 1)) {
      Distillation maps = new Distillation(teacher, attentionWeights(1, 0), 2);
      assertEquals(
          "attentions are distilled head by head, but block 0 has 2 heads of 6 and the dense"
              + " model's 3 heads of 4",
          assertThrows(InputException.class, () -> train(heads, maps, 1)).getMessage());
      for (DistillationWeights weights :
          List.of(attentionWeights(0, 1), new DistillationWeights(0, 1, 0, 0))) {
        Distillation distillation = new Distillation(teacher, weights, 2);
        assertEquals(
            "hidden states and attentions are distilled block by block, but the model has 1 blocks"
                + " and the dense model 2",
            assertThrows(InputException.class, () -> train(blocks, distillation, 1)).getMessage());
      }
      train(blocks, new Distillation(teacher, new DistillationWeights(0.5, 0, 0, 0), 2), 1);
    }
  }

  @Test
  void weightsHaveTheirRanges() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(InputException.class, () -> attentionWeights(wrong, 0));
      assertThrows(InputException.class, () -> attentionWeights(0, wrong));
      assertThrows(InputException.class, () -> new DistillationWeights(0, wrong, 0, 0));
    }
    assertThrows(InputException.class, () -> new DistillationWeights(1.1, 0, 0, 0));
  }
}
