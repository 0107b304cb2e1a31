package io.github.lrfbench.harness.compress.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.gpt2.Gpt2Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a random GPT-2 of 300 words and hidden states of 24 numbers. */
class LowRankHeadCompressorTest {
  private static final int WORDS = 300;
  private static final int HIDDEN = 24;

  private static final String CONFIG =
      """
      {"model_type": "gpt2", "vocab_size": 300, "n_embd": 24, "n_layer": 1, "n_head": 2,
       "n_positions": 16}""";

  private Device device;
  private CausalModel model;
  private Scope scope;

  @BeforeEach
  void open() throws IOException {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    Gpt2Config config = Gpt2Config.parse(new ObjectMapper().readTree(CONFIG));
    Gpt2Architecture architecture = new Gpt2Architecture(config, Gpt2Options.DEFAULT);
    model = (CausalModel) architecture.load(architecture.randomLanguageModel(0), device);
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    model.close();
    device.close();
  }

  private Compression compress(Budget budget) {
    CompressionJob job =
        new CompressionJob(MethodChain.parse("lowrank-head"), budget, Allocation.UNIFORM, 0);
    try (FactorizationCache cache = new FactorizationCache(device)) {
      return job.run(model, model.slots(), null, cache, scope, words -> {});
    }
  }

  private float[] logits(CausalModel of, Matrix states) {
    try (Ops ops = new EagerOps(device)) {
      return of.logits(ops, states).toFloats();
    }
  }

  private static int likeliest(float[] logits, int row) {
    int best = 0;
    for (int i = 1; i < WORDS; i++) {
      best = logits[row * WORDS + i] > logits[row * WORDS + best] ? i : best;
    }
    return best;
  }

  @Test
  void theLikeliestWordIsTheSameMoreOftenTheLargerTheRank() {
    Matrix states = Matrix.of(scope.allocate(DType.F32, 1000, HIDDEN));
    SplittableRandom random = new SplittableRandom(1);
    double[] values = random.ints(1000 * HIDDEN).mapToDouble(i -> random.nextGaussian()).toArray();
    states.data().write(0, values, 0, values.length);
    float[] exact = logits(model, states);
    int before = -1;
    double error = Double.POSITIVE_INFINITY;
    // Above 22, factors would store no less, and the head stays as it is.
    for (int rank : new int[] {1, 4, 8, 12, 16, 20, 22, HIDDEN}) {
      Compression made = compress(new Budget.Rank(rank));
      LayerReport report = made.layers().get(0);
      assertEquals("lm_head", report.layer());
      assertEquals(WORDS * HIDDEN, report.parametersDense());
      boolean factored = rank * (WORDS + HIDDEN) < WORDS * HIDDEN;
      assertEquals(factored ? rank * (WORDS + HIDDEN) : WORDS * HIDDEN, report.parameters());
      assertEquals(factored, made.replacements().containsKey("lm_head"));
      assertTrue(report.error() < error);
      error = report.error();
      try (CausalModel cut = (CausalModel) made.model(model)) {
        assertEquals(model.parameters() + (factored ? report.parameters() : 0), cut.parameters());
        float[] logits = logits(cut, states);
        int same = 0;
        for (int t = 0; t < 1000; t++) {
          same += likeliest(exact, t) == likeliest(logits, t) ? 1 : 0;
        }
        assertTrue(same > before, rank + ": " + same + " after " + before);
        before = same;
      }
    }
    assertEquals(1000, before);
    assertEquals(0, error);
  }

  /**
   * The head of the model with a slot is the word embedding, and no other map of the model moves.
   */
  @Test
  void theHeadBecomesASlotWithoutBeingCounted() {
    try (CausalModel whole = model.withHeadSlot()) {
      assertEquals(model.parameters(), whole.parameters());
      assertEquals(model.slots().size() + 1, whole.slots().size());
      Linear head = whole.ownHead();
      assertEquals(WORDS, head.outputs());
      assertEquals(HIDDEN, head.inputs());
      assertTrue(whole.untiedFrom(model).isEmpty());
    }
    assertFalse(model.slots().stream().anyMatch(slot -> slot.name().equals("lm_head")));
  }

  @Test
  void matricesCannotBeChosen() {
    CompressionJob job =
        new CompressionJob(
            MethodChain.parse("lowrank-head"), new Budget.Rank(2), Allocation.UNIFORM, 0);
    try (FactorizationCache cache = new FactorizationCache(device)) {
      InputException refused =
          assertThrows(
              InputException.class,
              () -> job.run(model, List.of(model.slots().get(0)), null, cache, scope, words -> {}));
      assertTrue(refused.getMessage().contains("--layers"), refused.getMessage());
    }
  }
}
