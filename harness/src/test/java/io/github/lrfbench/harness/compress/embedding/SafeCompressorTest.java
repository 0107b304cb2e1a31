package io.github.lrfbench.harness.compress.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SAFE's embeddings: what they compute, where they begin, what they learn and count. */
class SafeCompressorTest {
  private static final int WORDS = 300;
  private static final int H = 12;

  @TempDir private Path folder;

  private Path source;
  private TaskCase task;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  @AfterEach
  void close() {
    if (task != null) {
      task.close();
    }
  }

  private void open(String family, int rank) throws IOException {
    open(family, rank, Gpt2Options.DEFAULT);
  }

  private void open(String family, int rank, Gpt2Options options) throws IOException {
    source = folder.resolve(family);
    switch (family) {
      case "bert" -> TinyCheckpoint.bert(source, 2);
      case "distilbert" -> TinyCheckpoint.distilbert(source, 2);
      case "roberta" ->
          Files.writeString(
              TinyCheckpoint.roberta(source, 2).resolve("tokenizer_config.json"),
              "{\"tokenizer_class\":\"BertTokenizer\"}");
      default -> TinyCheckpoint.gpt2(source, family.equals("gpt2") ? 2 : 0);
    }
    task = new TaskCase(kind(), folder, TinyCheckpoint.withWords(source, WORDS, rank), options);
  }

  private Compression compress(String method, Budget budget) {
    return task.compress(method, budget, Allocation.UNIFORM);
  }

  /** A model whose embeddings have been trained, so that no weight of them is special. */
  private Model trained(String options) {
    return compress("safe:" + options, new Budget.Rank(8)).trained();
  }

  private static float[] waves(int size) {
    float[] waves = new float[size];
    for (int i = 0; i < size; i++) {
      waves[i] = (float) Math.sin(i);
    }
    return waves;
  }

  private static TokenSequence text(int... ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  private float[] embed(Model model, TokenSequence... texts) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenBatch batch = TokenBatch.of(scope, List.of(texts), model.info());
      return model.embed(ops, batch).data().toFloats();
    }
  }

  private float[] logits(Model model) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenBatch batch =
          TokenBatch.of(scope, task.examples().sequences().subList(0, 5), model.info());
      return model instanceof CausalModel causal
          ? causal.logits(ops, causal.states(ops, batch)).toFloats()
          : model.forward(ops, batch).toFloats();
    }
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
    open(family, 12);
    int[] ids = {3, 299, 7, 7, 0, 41, 5};
    int[] types = {0, 0, 1, 1, 0, 1, 0};
    boolean causal = family.startsWith("gpt2");
    try (Model model = trained("heads=4:steps=20:lr=0.05")) {
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
          float[] logits =
              language.logits(ops, Matrix.of(scope.floats(states, 3, H))).toFloats();
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

  /** Where the tables have no more directions than the start takes, nothing is lost. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta"})
  void theStartIsExactWhereItsDirectionsAreAll(String family) throws IOException {
    open(family, 7);
    Compression made = compress("safe:steps=0", new Budget.Rank(8));
    try (Model model = made.trained()) {
      TokenSequence[] texts = {text(3, 299, 7), text(0), text(150, 1, 2, 9, 9)};
      assertArrayEquals(embed(task.model(), texts), embed(model, texts), 2e-4f);
      assertArrayEquals(logits(task.model()), logits(model), 2e-4f);
      LayerReport report = made.layers().get(0);
      assertTrue(report.outputError() < 1e-4 * report.outputNorm(), report.toString());
    }
  }

  /** One direction too few, and something is. */
  @Test
  void theStartLosesWhatItHasNoDirectionsFor() throws IOException {
    open("bert", 8);
    Compression made = compress("safe:steps=0", new Budget.Rank(8));
    made.trained().close();
    LayerReport report = made.layers().get(0);
    assertTrue(report.outputError() > 1e-3 * report.outputNorm(), report.toString());
  }

  /** Of a GPT-2 the lengths are lost to the norm; the head, which has none, loses nothing. */
  @Test
  void theTiedHeadBeginsExactWhereItsDirectionsAreAll() throws IOException {
    open("gpt2-lm", 7);
    try (Model model = compress("safe:steps=0", new Budget.Rank(8)).trained();
        Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      Matrix x = Matrix.of(scope.floats(waves(5 * H), 5, H));
      assertArrayEquals(
          ((CausalModel) task.model()).logits(ops, x).toFloats(),
          ((CausalModel) model).logits(ops, x).toFloats(),
          2e-4f);
    }
  }

  /** At the start the attention adds nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void withoutAttentionNeighboursDoNotMatter(String family) throws IOException {
    open(family, 12);
    try (Model model = compress("safe:steps=0", new Budget.Rank(8)).trained()) {
      float[] one = embed(model, text(5, 17, 9));
      float[] other = embed(model, text(5, 200, 9));
      assertArrayEquals(Arrays.copyOf(one, H), Arrays.copyOf(other, H));
      assertArrayEquals(
          Arrays.copyOfRange(one, 2 * H, 3 * H), Arrays.copyOfRange(other, 2 * H, 3 * H));
      assertFalse(Arrays.equals(one, other));
    }
  }

  /** A token never changes those before it under a causal mask, and those after it do see it. */
  @ParameterizedTest
  @CsvSource({"gpt2, true", "gpt2-lm, true", "bert, false"})
  void aMaskHidesWhatFollows(String family, boolean causal) throws IOException {
    open(family, 12);
    try (Model model = trained("steps=30:lr=0.05")) {
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
    open("gpt2-lm", 12);
    int[][] texts = {{5, 17, 9}, {4}};
    int[][] next = {{30, 8}, {200, 11}, {2, 2}};
    try (CausalModel model = (CausalModel) trained("heads=2:steps=30:lr=0.05");
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

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2-lm"})
  void trainingBringsTheEmbeddingsNearer(String family) throws IOException {
    open(family, 12);
    Budget width = new Budget.Rank(4);
    Compression start = compress("safe:steps=0", width);
    Compression made = compress("safe:steps=60:lr=0.01", width);
    Compression again = compress("safe:steps=60:lr=0.01", width);
    double before = start.layers().get(0).outputError();
    double after = made.layers().get(0).outputError();
    assertTrue(after < 0.9 * before, before + " " + after);
    try (Model first = made.trained();
        Model second = again.trained();
        Model begun = start.trained()) {
      assertArrayEquals(logits(first), logits(second));
      assertFalse(Arrays.equals(logits(first), logits(begun)));
      TokenSequence[] texts = task.calibrator().sequences().toArray(TokenSequence[]::new);
      float[] wanted = embed(task.model(), texts);
      float[] found = embed(first, texts);
      double squares = 0;
      for (int i = 0; i < wanted.length; i++) {
        squares += (wanted[i] - found[i]) * (wanted[i] - found[i]);
      }
      assertEquals(Math.sqrt(squares), after, 1e-4 * after);
    }
  }

  /** Of all weights but the keys' bias, which no softmax sees. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "gpt2-lm"})
  void allItsWeightsAreTrainedWithTheModel(String family) throws IOException {
    open(family, 12);
    try (Model model = trained("steps=3:lr=0.02")) {
      List<Parameter> weights = model.weights();
      Set<String> still = new TreeSet<>();
      try (GradientBuffers gradients = new GradientBuffers(model.device(), weights);
          Scope scope = model.device().openScope();
          Tape tape = new Tape(model.device(), gradients, 7L)) {
        TokenBatch batch = TokenBatch.of(scope, task.examples().sequences(), model.info());
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

  @ParameterizedTest
  @CsvSource({"bert, 24, 2", "gpt2, 48, 0", "gpt2-lm, 48, 0"})
  void everythingIsCounted(String family, int positions, int types) throws IOException {
    open(family, 12);
    Model dense = task.model();
    boolean tied = family.equals("gpt2-lm");
    Compression made = compress("safe:steps=0", new Budget.Rank(8));
    long safe = SafeEmbeddings.parameters(WORDS, 8, H, tied) + 8L * (positions + types);
    long before = (long) H * (WORDS + positions + types) + (family.equals("bert") ? 2 * H : 0);
    LayerReport report = made.layers().get(0);
    assertEquals(SafeEmbeddings.parameters(WORDS, 8, H, tied), report.parameters());
    assertEquals(WORDS * H, report.parametersDense());
    assertEquals("safe", report.form());
    assertEquals(32 * report.parameters(), report.bits());
    assertEquals(8, report.rank());
    try (Model model = made.trained()) {
      assertEquals(dense.parameters() - before + safe, model.parameters());
      assertEquals(dense.bytes() + 4 * (safe - before), model.bytes());
      long numbers = model.weights().stream().mapToLong(Parameter::size).sum();
      assertEquals(numbers, model.parameters());
      long matrices = 2L * (4 * 8 * 8 + 8 * 8 + 8 * H);
      long seen = family.equals("bert") ? 49 : 28;
      long head = tied ? 7 * (2L * H * 8 + 2L * 8 * WORDS - 2L * H * WORDS) : 0;
      assertEquals(dense.flops(7) + 7 * matrices + 4 * seen * 8 + head, model.flops(7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta", "gpt2", "gpt2-lm"})
  void whatIsWrittenIsReadAgain(String family) throws IOException {
    open(family, 12);
    for (String method : List.of("safe:steps=2:heads=4", "safe:rank=4:steps=2+svd")) {
      Compression made = compress(method, new Budget.Keep(0.85));
      Path target = folder.resolve(family + method.length());
      try (Checkpoint checkpoint = Checkpoint.open(source);
          Model model = made.model(task.model())) {
        CompressedCheckpoint written =
            new CompressedCheckpoint(checkpoint, task.model(), made);
        written.write(target, false, JsonNodeFactory.instance.objectNode());
        InputException refused =
            assertThrows(
                InputException.class,
                () -> written.write(target, true, JsonNodeFactory.instance.objectNode()));
        assertTrue(refused.getMessage().contains("--dense"), refused.getMessage());
        try (LoadedModel read = LoadedModel.open(target, task.model().device())) {
          assertArrayEquals(logits(model), logits(read.model()));
          assertEquals(model.parameters(), read.model().parameters());
          assertEquals("safe", read.model().transformer().input().form());
          assertTrue(read.model().tables().isEmpty());
        }
      }
      try (TaskCase again = new TaskCase(kind(), folder, target)) {
        for (String next : List.of("safe", "embedding-svd", "embedding-kronecker")) {
          InputException refused =
              assertThrows(
                  InputException.class,
                  () -> again.compress(next, new Budget.Keep(0.5), Allocation.UNIFORM));
          assertTrue(refused.getMessage().contains("'safe'"), refused.getMessage());
        }
        again.compress("svd", new Budget.Keep(0.5), Allocation.UNIFORM);
      }
    }
  }

  /** A head of its own stays as it is. */
  @Test
  void anUntiedHeadStays() throws IOException {
    open("gpt2-lm", 12, new Gpt2Options(false, true));
    Compression made = compress("safe:steps=2", new Budget.Rank(8));
    try (Model model = made.trained()) {
      assertNull(((SafeEmbeddings) model.transformer().input()).head());
      LinearSlot head = model.slots().get(model.slots().size() - 1);
      assertEquals("lm_head", head.name());
      assertTrue(model.repeated().isEmpty());
      assertTrue(model.weights().stream().anyMatch(w -> w.name().equals("lm_head.weight")));
      try (Scope scope = model.device().openScope();
          Ops ops = new EagerOps(model.device())) {
        Matrix x = Matrix.of(scope.floats(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3}, 1, H));
        assertArrayEquals(
            ((CausalModel) task.model()).logits(ops, x).toFloats(),
            ((CausalModel) model).logits(ops, x).toFloats(),
            1e-5f);
      }
      Path target = folder.resolve("untied");
      try (Checkpoint checkpoint = Checkpoint.open(source)) {
        new CompressedCheckpoint(checkpoint, task.model(), made)
            .write(target, false, JsonNodeFactory.instance.objectNode());
      }
      try (LoadedModel read = LoadedModel.open(target, task.model().device())) {
        assertArrayEquals(logits(model), logits(read.model()));
        assertEquals(model.parameters(), read.model().parameters());
      }
    }
  }

  /** The widest that fits; with a budget that reaches all, or that saves nothing, none. */
  @Test
  void budgetsChooseAWidthWithHeads() throws IOException {
    open("bert", 12);
    for (String[] asked :
        new String[][] {
          {"safe:steps=0", "0.85", "s=8"},
          {"safe:steps=0", "0.6", "s=4"},
          {"safe:steps=0:heads=1", "0.85", "s=8"},
          {"safe:steps=0:heads=3", "0.85", "s=6"},
          {"safe:steps=0", "1", ""},
        }) {
      Compression made = compress(asked[0], new Budget.Keep(Double.parseDouble(asked[1])));
      LayerReport report = made.layers().get(0);
      assertEquals(asked[2], report.label(), Arrays.toString(asked));
      assertTrue(report.parameters() <= Double.parseDouble(asked[1]) * WORDS * H);
      if (made.trained() != null) {
        made.trained().close();
      }
    }
    Compression chain = compress("safe:keep=0.85:steps=0+svd", new Budget.Keep(0.4));
    List<LayerReport> both = chain.layers();
    chain.trained().close();
    assertEquals(1 + task.slots().size(), both.size());
    assertEquals("s=8", both.get(0).label());
    assertEquals("lowrank", both.get(1).form());
    Compression bits = compress("safe:steps=0", new Budget.Bits(32 * 0.6));
    assertEquals("s=4", bits.layers().get(0).label());
    bits.trained().close();
    Compression all = compress("safe:rank=12:steps=0+svd", new Budget.Keep(0.4));
    assertEquals("dense", all.layers().get(0).form());
  }

  /** 64 wide, but at 640, and else as wide as the model's own. */
  @Test
  void headsAreThoseOfTheAuthorsCode() {
    SafeWidths usual = new SafeWidths(30522, 768, 64, 0, false);
    assertEquals(2, usual.heads(128));
    assertEquals(5, usual.heads(320));
    assertEquals(8, usual.heads(640));
    assertEquals(0, usual.heads(100));
    SafeWidths small = new SafeWidths(30522, 384, 32, 0, false);
    assertEquals(2, small.heads(128));
    assertEquals(3, small.heads(96));
    assertEquals(5, new SafeWidths(30522, 768, 64, 5, false).heads(100));
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    open("bert", 12);
    assertRefused("no whole heads", "safe", new Budget.Rank(6));
    assertRefused("heads=5", "safe:heads=5", new Budget.Rank(8));
    assertRefused("heads=", "safe:heads=12", new Budget.Keep(0.5));
    assertRefused("--energy", "safe", new Budget.Energy(0.5));
    assertRefused("no matrix is left", "safe:rank=8:steps=0+embedding-svd:rank=2+svd", new Budget.Keep(1));
    assertRefused("no matrix is left", "embedding-svd:rank=2+safe:rank=8+svd", new Budget.Keep(1));
    for (String text : List.of("safe:rank=8:keep=0.5", "safe:steps=-1", "svd++safe:rank=8")) {
      assertThrows(InputException.class, () -> MethodChain.parse(text), text);
    }
    close();
    source = TinyCheckpoint.albert(folder.resolve("albert"), 2, 1, 1);
    task = new TaskCase(kind(), folder, source);
    assertRefused("factored already", "safe", new Budget.Keep(0.5));
    close();
    open("gpt2-lm", 12);
    assertRefused("cannot be untied", "safe:steps=0@+svd-softmax", new Budget.Rank(8));
  }

  private void assertRefused(String words, String method, Budget budget) {
    MethodChain chain = MethodChain.parse(method);
    InputException refused =
        assertThrows(
            InputException.class,
            () -> {
              chain.check(budget, Allocation.UNIFORM);
              task.compress(method, budget, Allocation.UNIFORM);
            },
            method);
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }
}
