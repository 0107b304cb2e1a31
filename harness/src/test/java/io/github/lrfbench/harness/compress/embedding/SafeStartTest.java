package io.github.lrfbench.harness.compress.embedding;

import static io.github.lrfbench.harness.model.Embedded.embed;
import static io.github.lrfbench.harness.model.Embedded.text;
import static io.github.lrfbench.harness.model.Embedded.waves;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the embeddings that the method makes begin, and that steps bring them nearer. */
class SafeStartTest {
  private static final int WORDS = 300;
  private static final int H = 12;

  @TempDir private Path folder;

  private TaskCase task;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  /** How many steps training takes to show. */
  int steps() {
    return 60;
  }

  @AfterEach
  void close() {
    if (task != null) {
      task.close();
    }
  }

  private void open(String family, int rank) throws IOException {
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
    task = new TaskCase(kind(), folder, TinyCheckpoint.withWords(source, WORDS, rank));
  }

  private Compression compress(String method, Budget budget) {
    return task.compress(method, budget, Allocation.UNIFORM);
  }

  /** Where the tables have no more directions than the start takes, nothing is lost. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta"})
  void theStartIsExactWhereItsDirectionsAreAll(String family) throws IOException {
    open(family, 7);
    Compression made = compress("safe:steps=0", new Budget.Rank(8));
    try (Model model = made.whole()) {
      TokenSequence[] texts = {text(3, 299, 7), text(0), text(150, 1, 2, 9, 9)};
      assertArrayEquals(embed(task.model(), texts), embed(model, texts), 2e-4f);
      assertArrayEquals(task.logits(task.model()), task.logits(model), 2e-4f);
      LayerReport report = made.layers().get(0);
      assertTrue(report.outputError() < 1e-4 * report.outputNorm(), report.toString());
    }
  }

  /** One direction too few, and something is. */
  @Test
  void theStartLosesWhatItHasNoDirectionsFor() throws IOException {
    open("bert", 8);
    Compression made = compress("safe:steps=0", new Budget.Rank(8));
    made.whole().close();
    LayerReport report = made.layers().get(0);
    assertTrue(report.outputError() > 1e-3 * report.outputNorm(), report.toString());
  }

  /** Of a GPT-2 the lengths are lost to the norm; the head, which has none, loses nothing. */
  @Test
  void theTiedHeadBeginsExactWhereItsDirectionsAreAll() throws IOException {
    open("gpt2-lm", 7);
    try (Model model = compress("safe:steps=0", new Budget.Rank(8)).whole();
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
    try (Model model = compress("safe:steps=0", new Budget.Rank(8)).whole()) {
      float[] one = embed(model, text(5, 17, 9));
      float[] other = embed(model, text(5, 200, 9));
      assertArrayEquals(Arrays.copyOf(one, H), Arrays.copyOf(other, H));
      assertArrayEquals(
          Arrays.copyOfRange(one, 2 * H, 3 * H), Arrays.copyOfRange(other, 2 * H, 3 * H));
      assertFalse(Arrays.equals(one, other));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2-lm"})
  void trainingBringsTheEmbeddingsNearer(String family) throws IOException {
    open(family, 12);
    Budget width = new Budget.Rank(4);
    Compression start = compress("safe:steps=0", width);
    String method = "safe:lr=0.02:steps=" + steps();
    Compression made = compress(method, width);
    Compression again = compress(method, width);
    double before = start.layers().get(0).outputError();
    double after = made.layers().get(0).outputError();
    assertTrue(after < 0.98 * before, before + " " + after);
    try (Model first = made.whole();
        Model second = again.whole();
        Model begun = start.whole()) {
      assertArrayEquals(task.logits(first), task.logits(second));
      assertFalse(Arrays.equals(task.logits(first), task.logits(begun)));
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
}
