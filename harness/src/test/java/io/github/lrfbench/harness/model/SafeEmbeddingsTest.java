package io.github.lrfbench.harness.model;

import static io.github.lrfbench.harness.model.Embedded.embed;
import static io.github.lrfbench.harness.model.Embedded.text;
import static io.github.lrfbench.harness.model.Embedded.waves;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SAFE's embeddings of random weights in tiny models: what they compute, and who sees whom. */
class SafeEmbeddingsTest {
  private static final int WORDS = 300;
  private static final int H = 12;

  @TempDir private Path folder;

  private Device device;
  private LoadedModel dense;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @BeforeEach
  void openDevice() {
    device = Devices.open(kind(), new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    if (dense != null) {
      dense.close();
    }
    device.close();
  }

  void open(String family) throws IOException {
    Path source = folder.resolve(family);
    switch (family) {
      case "bert" -> TinyCheckpoint.bert(source, 2);
      case "distilbert" -> TinyCheckpoint.distilbert(source, 2);
      case "roberta" ->
          Files.writeString(
              TinyCheckpoint.roberta(source, 2).resolve("tokenizer_config.json"),
              "{\"tokenizer_class\":\"BertTokenizer\"}");
      default -> TinyCheckpoint.gpt2(source, family.equals("gpt2") ? 2 : 0);
    }
    dense = LoadedModel.open(TinyCheckpoint.withWords(source, WORDS, H), device);
  }

  Model dense() {
    return dense.model();
  }

  /** BERT's vocabulary at 128, and what ALBERT's factors would take. */
  @Test
  void theWorkedParameterCount() {
    assertEquals(4_090_240, SafeEmbeddings.parameters(30522, 128, 768, false));
    assertEquals(4_090_240 - 85_120, 30522 * 128 + 128 * 768);
    assertEquals(
        SafeEmbeddings.parameters(50257, 128, 768, false) + 768 * 128 + 128,
        SafeEmbeddings.parameters(50257, 128, 768, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta", "gpt2", "gpt2-lm"})
  void theDefinitionInDoublePrecision(String family) throws IOException {
    open(family);
    int[] ids = {3, 299, 7, 7, 0, 41, 5};
    int[] types = {0, 0, 1, 1, 0, 1, 0};
    boolean causal = family.startsWith("gpt2");
    try (Model model = RandomSafe.in(dense.model(), 8, 4)) {
      SlowSafe slow =
          new SlowSafe(model, 4, family.equals("roberta") ? 2 : 0, causal ? 1e-5 : 1e-12);
      // Beside others, the order of which says nothing.
      TokenSequence text = new TokenSequence(ids, model.info().types() > 1 ? types : new int[7]);
      float[] found = embed(model, text(9), text, text(4, 4));
      double[][] wanted = slow.embed(text.ids(), text.types());
      for (int t = 0; t < ids.length; t++) {
        for (int i = 0; i < H; i++) {
          assertEquals(wanted[t][i], found[(1 + t) * H + i], 2e-4, family + " " + t + " " + i);
        }
      }
      float[] alone = embed(model, text(9));
      for (int i = 0; i < H; i++) {
        assertEquals(slow.embed(new int[] {9}, new int[1])[0][i], alone[i], 2e-4);
      }
      if (model instanceof CausalModel language) {
        float[] states = waves(3 * H);
        try (Scope scope = model.device().openScope();
            Ops ops = new EagerOps(model.device())) {
          float[] logits = language.logits(ops, Matrix.of(scope.floats(states, 3, H))).toFloats();
          for (int row = 0; row < 3; row++) {
            double[] state = new double[H];
            for (int i = 0; i < H; i++) {
              state[i] = states[row * H + i];
            }
            double[] slowLogits = slow.logits(state);
            for (int v = 0; v < WORDS; v++) {
              assertEquals(slowLogits[v], logits[row * WORDS + v], 2e-4);
            }
          }
        }
      }
    }
  }

  /** A token never changes those before it under a causal mask, and those after it do see it. */
  @ParameterizedTest
  @CsvSource({"gpt2, true", "gpt2-lm, true", "bert, false"})
  void aMaskHidesWhatFollows(String family, boolean causal) throws IOException {
    open(family);
    try (Model model = RandomSafe.in(dense.model(), 8, 2)) {
      float[] one = embed(model, text(5, 17, 9, 30, 8));
      float[] other = embed(model, text(5, 17, 200, 30, 8));
      assertEquals(causal, Arrays.equals(Arrays.copyOf(one, 2 * H), Arrays.copyOf(other, 2 * H)));
      for (int token = 3; token < 5; token++) {
        assertFalse(
            Arrays.equals(
                Arrays.copyOfRange(one, token * H, token * H + H),
                Arrays.copyOfRange(other, token * H, token * H + H)));
      }
    }
  }

  /** What the cache keeps of the embeddings' attention is what a whole pass sees. */
  @Test
  void aCacheGivesWhatWholePassesDo() throws IOException {
    open("gpt2-lm");
    int[][] texts = {{5, 17, 9}, {4}};
    int[][] next = {{30, 8}, {200, 11}, {2, 2}};
    try (CausalModel model = (CausalModel) RandomSafe.in(dense.model(), 8, 2);
        KeyValueCache cache = model.openCache(2, 8);
        Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      cache.fill(3, 1);
      TokenBatch prompts =
          TokenBatch.of(scope, List.of(text(texts[0]), text(texts[1])), model.info());
      assertArrayEquals(last(model, texts), model.prefill(ops, prompts, cache).toFloats(), 1e-5f);
      for (int[] token : next) {
        cache.extend(token);
        for (int i = 0; i < 2; i++) {
          texts[i] = Arrays.copyOf(texts[i], texts[i].length + 1);
          texts[i][texts[i].length - 1] = token[i];
        }
        assertArrayEquals(last(model, texts), model.decode(ops, cache).toFloats(), 1e-5f);
      }
    }
  }

  private float[] last(CausalModel model, int[][] texts) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      List<TokenSequence> all = Arrays.stream(texts).map(ids -> text(ids)).toList();
      return model.forward(ops, TokenBatch.of(scope, all, model.info())).toFloats();
    }
  }

  /** Of all weights but the keys' bias, which no softmax sees. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "gpt2-lm"})
  void allItsWeightsAreTrainedWithTheModel(String family) throws IOException {
    open(family);
    try (Model model = RandomSafe.in(dense.model(), 8, 2)) {
      List<Parameter> weights = model.weights();
      Set<String> still = new TreeSet<>();
      try (GradientBuffers gradients = new GradientBuffers(model.device(), weights);
          Scope scope = model.device().openScope();
          Tape tape = new Tape(model.device(), gradients, 7L)) {
        TokenBatch batch =
            TokenBatch.of(
                scope, List.of(text(2, 5, 9, 40, 3), text(7, 7), text(1, 0, 250, 8)), model.info());
        Tensor outputs =
            model instanceof CausalModel causal
                ? causal.logits(tape.ops(), causal.states(tape.ops(), batch))
                : model.forward(tape.ops(), batch);
        float[] slope = waves(Math.toIntExact(outputs.shape().size()));
        tape.addGradient(outputs, Matrix.of(scope.floats(slope, outputs.shape().toArray())));
        tape.backward();
        for (Parameter weight : weights) {
          float[] gradient = weight.read(gradients.of(weight));
          double largest = 0;
          for (float g : gradient) {
            largest = Math.max(largest, Math.abs(g));
          }
          if (largest < 1e-6 && weight.name().contains("safe.")) {
            still.add(weight.name());
          }
        }
      }
      assertEquals(Set.of(model.inputNames().safe() + ".attention.key.bias"), still);
    }
  }
}
