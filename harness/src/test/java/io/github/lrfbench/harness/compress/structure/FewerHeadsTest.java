package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.compress.structure.HeadOrder.Head;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Decoding;
import io.github.lrfbench.harness.model.FewerHeads;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with fewer heads, and what heads count, beside gates before all of them. */
@TestInstance(Lifecycle.PER_CLASS)
class FewerHeadsTest extends HeadsCase {
  List<String> models() {
    return List.of("bert", "roberta", "distilbert", "albert", "gpt2", "gpt2-whole");
  }

  @ParameterizedTest
  @MethodSource("models")
  void importanceIsTheDerivativeByGates(String name) throws IOException {
    try (TaskCase task = opened(name)) {
      Model model = task.model();
      TrainingSet examples = task.examples().sample(task.calibrator().examples(), 0);
      Map<String, double[]> found = task.calibrator().headImportanceIn(model);
      List<LinearSlot> outputs = outputs(model);
      assertEquals(outputs.size(), found.size());
      for (int i = 0; i < outputs.size(); i++) {
        double[] own = found.get(outputs.get(i).name());
        assertEquals(HEADS, own.length);
        for (int head = 0; head < HEADS; head++) {
          double slow = difference(model, Set.of(), new Head(i, head), examples);
          assertTrue(slow > 0);
          assertEquals(slow, own[head], 2e-3 * slow + 2e-6, name + " " + i + " " + head);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelWithoutAHeadIsThatWithAClosedGate(String name) throws IOException {
    try (TaskCase task = opened(name);
        Scope scope = task.model().device().openScope()) {
      for (double keep : new double[] {0.67, 0.01}) {
        Compression made = task.compress(METHOD, new Budget.Keep(keep), Allocation.UNIFORM);
        Set<Head> gone = gone(task.model(), made);
        assertFalse(gone.isEmpty());
        List<TokenSequence> sequences = task.examples().sequences().subList(0, 7);
        try (Model closed = gated(task.model(), gone, null, 0, scope);
            Model smaller = task.model().with(made.replacements());
            Model copy = smaller.copy()) {
          assertArrayEquals(logits(closed, sequences), logits(smaller, sequences), 1e-5f);
          assertArrayEquals(logits(copy, sequences), logits(smaller, sequences));
          // Three times rows and their biases, and columns.
          long perHead = 3 * (12 * SIZE + SIZE) + SIZE * 12;
          assertEquals(task.model().parameters() - gone.size() * perHead, smaller.parameters());
          int tokens = 5;
          assertTrue(smaller.flops(tokens) < task.model().flops(tokens));
        }
      }
    }
  }

  /** Keys and values of fewer heads in the cache. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLanguageModelOfFewerHeadsReadsTokenByToken(boolean split) throws IOException {
    Path directory = TinyCheckpoint.gpt2(folder.resolve("lm"), 0);
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(directory, new Gpt2Options(split, false), device);
        Scope scope = device.openScope()) {
      Model dense = loaded.model();
      try (Model model = dense.with(FewerHeads.of(dense, 1, scope));
          Decoding decoding = new Decoding((CausalModel) model, 2, 8)) {
        int[][] texts = {{3, 1, 4, 1}, {5, 9}};
        assertSame(
            model,
            texts,
            decoding.start(List.of(sequence(texts[0]), sequence(texts[1]))).toFloats());
        int[][] longer = {{3, 1, 4, 1, 2}, {5, 9, 6}};
        assertSame(model, longer, decoding.next(2, 6).toFloats());
      }
    }
  }

  private static TokenSequence sequence(int... ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  private static void assertSame(Model model, int[][] texts, float[] actual) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      List<TokenSequence> all = List.of(sequence(texts[0]), sequence(texts[1]));
      float[] expected = model.forward(ops, TokenBatch.of(scope, all)).toFloats();
      assertArrayEquals(expected, actual, 1e-4f);
    }
  }
}
