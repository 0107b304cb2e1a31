package io.github.lrfbench.harness.compress.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The method that makes SAFE's embeddings: what it chooses, counts, writes and refuses. */
class SafeCompressorTest {
  private static final int WORDS = 300;
  private static final int H = 12;

  @TempDir private Path folder;

  private Path source;
  private TaskCase task;

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
    task = new TaskCase("cpu", folder, TinyCheckpoint.withWords(source, WORDS, rank), options);
  }

  private Compression compress(String method, Budget budget) {
    return task.compress(method, budget, Allocation.UNIFORM);
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
    try (Model model = made.whole()) {
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
    for (String method : List.of("safe:steps=1:heads=4", "safe:rank=4:steps=0+svd")) {
      Compression made = compress(method, new Budget.Keep(0.85));
      Path target = folder.resolve(family + method.length());
      try (Checkpoint checkpoint = Checkpoint.open(source);
          Model model = made.model(task.model())) {
        CompressedCheckpoint written = new CompressedCheckpoint(checkpoint, task.model(), made);
        written.write(target, false, JsonNodeFactory.instance.objectNode());
        InputException refused =
            assertThrows(
                InputException.class,
                () -> written.write(target, true, JsonNodeFactory.instance.objectNode()));
        assertTrue(refused.getMessage().contains("--dense"), refused.getMessage());
        try (LoadedModel read = LoadedModel.open(target, task.model().device())) {
          assertArrayEquals(task.logits(model), task.logits(read.model()));
          assertEquals(model.parameters(), read.model().parameters());
          assertEquals("safe", read.model().transformer().input().form());
          assertTrue(read.model().tables().isEmpty());
        }
      }
      try (TaskCase again = new TaskCase("cpu", folder, target)) {
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

  /**
   * Beside the model's other weights; of the keys' bias no softmax sees anything. Its attention is
   * none of those that the dense model teaches.
   */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void fineTuningChangesAllOfIt(String family) throws IOException {
    open(family, 12);
    try (Model model = compress("safe:steps=1", new Budget.Rank(8)).whole()) {
      String safe = model.inputNames().safe() + ".";
      Map<String, float[]> before = new HashMap<>();
      model.weights().forEach(weight -> before.put(weight.name(), weight.read()));
      new Recovery(2, 1e-3, new DistillationWeights(0.5, 0.5, 0.5, 0.5), Selection.LAST)
          .train(model, task.model(), task.examples(), 0);
      for (Parameter weight : model.weights()) {
        boolean same = Arrays.equals(before.get(weight.name()), weight.read());
        assertFalse(same && !weight.name().equals(safe + "attention.key.bias"), weight.name());
      }
      assertTrue(before.containsKey(safe + "attention.key.bias"));
    }
  }

  /** A head of its own stays as it is. */
  @Test
  void anUntiedHeadStays() throws IOException {
    open("gpt2-lm", 12, new Gpt2Options(false, true));
    Compression made = compress("safe:steps=1", new Budget.Rank(8));
    try (Model model = made.whole()) {
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
        assertArrayEquals(task.logits(model), task.logits(read.model()));
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
      if (made.whole() != null) {
        made.whole().close();
      }
    }
    Compression chain = compress("safe:keep=0.85:steps=0+svd", new Budget.Keep(0.4));
    List<LayerReport> both = chain.layers();
    chain.whole().close();
    assertEquals(1 + task.slots().size(), both.size());
    assertEquals("s=8", both.get(0).label());
    assertEquals("lowrank", both.get(1).form());
    Compression bits = compress("safe:steps=0", new Budget.Bits(32 * 0.6));
    assertEquals("s=4", bits.layers().get(0).label());
    bits.whole().close();
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
    assertEquals(0, new SafeWidths(30522, 768, 64, 1, false).heads(640));
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    open("bert", 12);
    assertRefused("no whole heads", "safe", new Budget.Rank(6));
    assertRefused("heads=5", "safe:heads=5", new Budget.Rank(8));
    assertRefused("heads=12", "safe:heads=12", new Budget.Keep(0.5));
    assertRefused("no whole heads", "safe", new Budget.Rank(1));
    assertRefused("--energy", "safe", new Budget.Energy(0.5));
    assertRefused(
        "no matrix is left", "safe:rank=8:steps=0+embedding-svd:rank=2+svd", new Budget.Keep(1));
    assertRefused("no matrix is left", "embedding-svd:rank=2+safe:rank=8+svd", new Budget.Keep(1));
    for (String text : List.of("safe:rank=8:keep=0.5", "safe:steps=-1", "svd++safe:rank=8")) {
      assertThrows(InputException.class, () -> MethodChain.parse(text), text);
    }
    close();
    source = TinyCheckpoint.albert(folder.resolve("albert"), 2, 1, 1);
    task = new TaskCase("cpu", folder, source);
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
