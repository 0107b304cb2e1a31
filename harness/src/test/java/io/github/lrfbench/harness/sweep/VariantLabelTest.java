package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Labels tell apart whatever ids tell apart, but for what a label leaves out. */
class VariantLabelTest {
  private static final List<String> METHODS =
      List.of(
          "svd",
          "svd:bias=compensate",
          "svd:statistics=sequential:bias=compensate",
          "drone",
          "drone:form=literal",
          "asvd:alpha=1.0",
          "asvd:alpha=0.25",
          "svd-head",
          "svdllm+refit",
          "svd+int8",
          "svd++int8",
          "svd++int8@",
          "svd+recover:epochs=2",
          "svd+lora:epochs=1");
  private static final List<Budget> BUDGETS =
      List.of(
          new Budget.Keep(0.5),
          new Budget.Bits(0.5),
          new Budget.Energy(0.5),
          new Budget.Energy(0.5, EnergyOf.WEIGHTS),
          new Budget.Energy(0.5, EnergyOf.OUTPUTS));
  private static final List<Recovery> RECOVERIES =
      List.of(
          Recovery.NONE,
          new Recovery(1, 5e-5, DistillationWeights.NONE, Selection.LAST),
          new Recovery(2, 5e-5, DistillationWeights.NONE, Selection.LAST),
          new Recovery(2, 4.9999e-5, DistillationWeights.NONE, Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0.5, 0, 0, 0), Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0, 0.5, 0, 0), Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0.5, 0.5, 0, 0), Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0.5, 0.5, 0.5, 0), Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0.5, 0.5, 0, 0.5), Selection.LAST),
          new Recovery(2, 5e-5, new DistillationWeights(0.5, 0.5, 0, 0), Selection.HELD_OUT),
          new Recovery(2, 5e-5, DistillationWeights.NONE, Selection.HELD_OUT));

  private static List<Allocation> allocations() {
    List<Allocation> allocations = new ArrayList<>();
    for (Policy policy : Policy.values()) {
      for (int multiple : new int[] {1, 8, 81}) {
        allocations.add(new Allocation(policy, multiple));
      }
    }
    return allocations;
  }

  /** What holds for a whole sweep, and results depend on. */
  private static List<SweepConfig> configs() {
    List<SweepConfig> configs = new ArrayList<>();
    for (List<String> layers :
        List.of(List.<String>of(), List.of("*.query"), List.of("*.query", "*.key"))) {
      for (int calibration : new int[] {1024, 64}) {
        for (Gpt2Options matrices :
            List.of(
                Gpt2Options.DEFAULT,
                new Gpt2Options(true, false),
                new Gpt2Options(false, true),
                new Gpt2Options(false, true, true))) {
          configs.add(config(layers, calibration, matrices));
        }
      }
    }
    return configs;
  }

  private static SweepConfig config(List<String> layers, int calibration, Gpt2Options matrices) {
    return new SweepConfig(
        List.of("m"),
        List.of("sst2"),
        METHODS,
        BUDGETS,
        allocations(),
        RECOVERIES,
        calibration,
        List.of(0L),
        layers,
        "cpu",
        "fp32",
        1,
        LatencyKind.FORWARD,
        1,
        0,
        RoundRule.DEFAULT,
        false,
        128,
        0,
        matrices,
        null,
        TextSource.NONE,
        Path.of("out"),
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }

  @Test
  void whatHasResultsOfItsOwnHasALabelOfItsOwn() {
    Map<List<String>, String> ids = new HashMap<>();
    int cells = 0;
    for (SweepConfig config : configs()) {
      for (String method : METHODS) {
        MethodChain chain = MethodChain.parse(method);
        for (Budget budget : BUDGETS) {
          for (Allocation allocation : allocations()) {
            for (Recovery recovery : RECOVERIES) {
              Variant variant = new Variant(chain, budget, allocation, recovery, 0);
              String id = new Cell("m", "r", "sst2", "", variant).id(config, "cpu", 128);
              List<String> name =
                  List.of(variant.label(config), budget.kind() + " " + budget.value());
              String other = ids.put(name, id);
              if (other != null) {
                assertEquals(other, id, name.toString());
              }
              cells++;
            }
          }
        }
      }
    }
    // Calibration makes others of those cells only that have some.
    assertEquals(cells, ids.size() + repeated());
  }

  /** Cells that are the same as others, since statistics are of no use to them. */
  private static int repeated() {
    int without = 0;
    for (String method : METHODS) {
      for (Budget budget : BUDGETS) {
        for (Allocation allocation : allocations()) {
          MethodChain chain = MethodChain.parse(method);
          if (!new Variant(chain, budget, allocation, Recovery.NONE, 0).needsCalibration()) {
            without += RECOVERIES.size();
          }
        }
      }
    }
    return without * configs().size() / 2;
  }

  @Test
  void standardsAreNotTold() {
    SweepConfig config = config(List.of(), 1024, Gpt2Options.DEFAULT);
    assertEquals("svdllm", label("svdllm:update=none:whitening=cholesky", config));
    assertEquals("asvd:alpha=1:scale=rms", label("asvd:scale=rms:alpha=1.0", config));
    assertEquals("svd", label("svd", config(List.of(), 64, Gpt2Options.DEFAULT)));
    assertEquals(
        "drone calibration 64", label("drone", config(List.of(), 64, Gpt2Options.DEFAULT)));
  }

  @Test
  void theDenseModelIsOneWhateverTheSweep() {
    for (SweepConfig config : configs()) {
      assertEquals("dense", Variant.dense(3).label(config));
    }
    assertNull(Variant.dense(3).budget());
  }

  @Test
  void allIsToldInOneOrder() {
    Variant variant =
        new Variant(
            MethodChain.parse("drone:attention=joint"),
            new Budget.Energy(0.9, EnergyOf.OUTPUTS),
            new Allocation(Policy.GREEDY, 8),
            new Recovery(3, 2e-5, new DistillationWeights(0.5, 1, 2, 3), Selection.HELD_OUT),
            1);
    assertEquals(
        "drone:attention=joint energy-of outputs greedy round 8 finetune 3 x 2e-5 distill 0.5/1"
            + " select held-out calibration 64 layers h.*|wte qkv split head untied cache latent"
            + " distill-attention 2 distill-scores 3",
        variant.label(config(List.of("h.*", "wte"), 64, new Gpt2Options(true, true, true))));
  }

  private static String label(String method, SweepConfig config) {
    return new Variant(MethodChain.parse(method), new Budget.Keep(0.5), Recovery.NONE, 0)
        .label(config);
  }
}
