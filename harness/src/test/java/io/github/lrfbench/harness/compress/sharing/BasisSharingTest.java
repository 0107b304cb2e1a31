package io.github.lrfbench.harness.compress.sharing;

import static io.github.lrfbench.harness.compress.SharingAssertions.assertSound;
import static io.github.lrfbench.harness.compress.SharingAssertions.assertTrained;
import static io.github.lrfbench.harness.compress.SharingAssertions.logits;
import static io.github.lrfbench.harness.compress.SharingAssertions.names;
import static io.github.lrfbench.harness.compress.SharingAssertions.users;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.linear.SharedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BasisSharingTest {
  private static final Gpt2Options SPLIT = new Gpt2Options(true, false);
  private static final String BLOCKS = "basis-sharing:share=blocks";

  @TempDir private Path folder;

  private TaskCase open(String model) throws IOException {
    return switch (model) {
      case "bert" -> new TaskCase("cpu", folder);
      case "gpt2" -> new TaskCase("cpu", folder, TinyCheckpoint.gpt2(folder.resolve("model"), 2));
      default ->
          new TaskCase("cpu", folder, TinyCheckpoint.gpt2(folder.resolve("model"), 2), SPLIT);
    };
  }

  private static Compression compress(TaskCase task, String method, double keep) {
    return task.compress(method, new Budget.Keep(keep), Allocation.UNIFORM);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, basis-sharing, 2",
    "gpt2-split, basis-sharing, 2",
    "bert, basis-sharing:share=blocks, 5",
    "gpt2, basis-sharing:share=blocks:fit=als, 3",
    "gpt2, basis-sharing:share=blocks:types=output-qkv:fit=refit, 2",
    "gpt2-split, basis-sharing:share=blocks, 5"
  })
  void basesAreStoredOnceAndReadAgain(String model, String method, int bases) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = compress(task, method, 0.6);
      long dense = task.slots().stream().mapToLong(slot -> slot.linear().parameters()).sum();
      long layers = made.layers().stream().mapToLong(LayerReport::parameters).sum();
      assertTrue(layers <= 0.6 * dense, layers + " of " + dense);
      Path whole = folder.resolve("whole");
      Path out = folder.resolve("out");
      try (Model shared = task.model().with(made.replacements());
          Model copy = shared.copy();
          Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        assertSound(shared, bases);
        assertEquals(task.model().parameters() - dense + layers, shared.parameters());
        float[] expected = logits(task, shared);
        assertSound(copy, bases);
        assertEquals(names(shared), names(copy));
        users(copy).keySet().forEach(basis -> assertTrue(!users(shared).containsKey(basis)));
        assertArrayEquals(expected, logits(task, copy));

        CompressedCheckpoint written = new CompressedCheckpoint(source, task.model(), made);
        written.write(out, false, JsonNodeFactory.instance.objectNode());
        written.write(whole, true, JsonNodeFactory.instance.objectNode());
        Gpt2Options options = model.endsWith("split") ? SPLIT : Gpt2Options.DEFAULT;
        try (LoadedModel loaded = LoadedModel.open(out, options, task.model().device())) {
          assertSound(loaded.model(), bases);
          assertEquals(names(shared), names(loaded.model()));
          assertEquals(shared.parameters(), loaded.model().parameters());
          assertEquals(shared.flops(7), loaded.model().flops(7));
          assertArrayEquals(expected, logits(task, loaded.model()));
        }
        try (LoadedModel loaded = LoadedModel.open(whole, options, task.model().device())) {
          assertArrayEquals(expected, logits(task, loaded.model()), 1e-4f);
        }
        assertTrained(task, shared, bases, source, options, folder);
      }
    }
  }

  @Test
  void oneBlockAGroupIsDrone() throws IOException {
    try (TaskCase task = open("bert")) {
      Compression alone = compress(task, BLOCKS + ":group=1", 0.5);
      Compression drone = compress(task, "drone", 0.5);
      for (int i = 0; i < drone.layers().size(); i++) {
        assertEquals(drone.layers().get(i).rank(), alone.layers().get(i).rank());
        assertEquals(drone.layers().get(i).error(), alone.layers().get(i).error());
        assertEquals(drone.layers().get(i).outputError(), alone.layers().get(i).outputError());
      }
    }
  }

  /** Rank floor(keep n m G / (n + m G)): of the budget of all matrices of a group. */
  @Test
  void ranksAreThoseOfTheStackedMatrix() throws IOException {
    try (TaskCase task = open("bert")) {
      for (double keep : new double[] {0.3, 0.5, 0.7}) {
        for (String method : List.of("basis-sharing", BLOCKS)) {
          for (LayerReport layer : compress(task, method, keep).layers()) {
            boolean projection = layer.layer().matches(".*(query|key|value)");
            boolean output = layer.layer().matches(".*[0-9].output.dense");
            int group = method.equals(BLOCKS) ? output ? 1 : 2 : projection ? 3 : 1;
            int m = layer.rows();
            int n = layer.cols();
            int rank = (int) (keep * n * m * group / (n + m * group) + 1e-9);
            assertEquals(Math.max(1, rank), layer.rank(), method + " " + layer.layer());
          }
        }
      }
    }
  }

  /** On its own outputs every fit is no worse than the one before, summed over all matrices. */
  @Test
  void fitsAreOrdered() throws IOException {
    try (TaskCase task = open("bert")) {
      double before = Double.POSITIVE_INFINITY;
      for (String fit : List.of("", ":fit=refit", ":fit=als")) {
        double sum = 0;
        for (LayerReport layer : compress(task, BLOCKS + fit, 0.5).layers()) {
          sum += layer.outputError() * layer.outputError();
        }
        assertTrue(sum <= before * (1 + 1e-6), fit);
        before = sum;
      }
    }
  }

  /** Another map in the place of one that shares a basis leaves the others sharing it. */
  @ParameterizedTest
  @CsvSource({
    "bert, basis-sharing",
    "bert, basis-sharing:share=blocks",
    "gpt2, basis-sharing:share=blocks"
  })
  void othersGoOnSharing(String model, String method) throws IOException {
    try (TaskCase task = open(model);
        Scope scope = task.model().device().openScope();
        Model shared = task.model().with(compress(task, method, 0.5).replacements())) {
      int bases = users(shared).size();
      for (LinearSlot slot : shared.slots()) {
        if (!(slot.linear() instanceof SharedLinear own)) {
          continue;
        }
        int sharers = users(shared).get(own.basis()).size();
        Linear product = DenseLinear.of(own, scope);
        try (Model other = shared.with(Map.of(slot.name(), product))) {
          assertSound(other, sharers == 1 ? bases - 1 : bases);
          assertArrayEquals(logits(task, shared), logits(task, other), 1e-4f);
        }
        float[] zeros = new float[own.outputs()];
        Tensor bias = scope.floats(zeros, zeros.length);
        try (Model other = shared.with(Map.of(slot.name(), own.withBias(bias)))) {
          assertSound(other, bases);
          assertArrayEquals(zeros, other.linears().get(slot.name()).bias().toFloats());
        }
        LoraLinear adapter = LoraLinear.draw(own, 2, 1, 0, new SplittableRandom(1), scope);
        try (Model other = shared.with(Map.of(slot.name(), adapter))) {
          assertEquals(users(shared).keySet(), users(other).keySet());
          assertEquals(names(shared), names(other));
          assertArrayEquals(logits(task, shared), logits(task, other), 1e-5f);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"refit", "bias"})
  void laterStagesKeepBasesShared(String stage) throws IOException {
    try (TaskCase task = open("bert")) {
      double before = task.loss(compress(task, BLOCKS, 0.5));
      Compression made = compress(task, BLOCKS + "+" + stage, 0.5);
      try (Model model = task.model().with(made.replacements())) {
        assertSound(model, 5);
        assertEquals(
            made.layers().stream().mapToLong(LayerReport::parameters).sum(),
            model.slots().stream().mapToLong(slot -> slot.linear().parameters()).sum());
      }
      assertNotSame(before, task.loss(made));
      // What is made of codes only is no part of it.
      Compression codes = compress(task, BLOCKS + "+int8", 0.5);
      try (Model model = task.model().with(codes.replacements())) {
        assertSame(5, users(model).size());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"energy", "greedy", "lagrange", "sensitivity", "v2"})
  void budgetsAreSharedOutAmongGroups(String policy) throws IOException {
    try (TaskCase task = open("bert")) {
      Allocation allocation = new Allocation(Policy.parse(policy), 1);
      for (String method : List.of("basis-sharing", BLOCKS)) {
        Compression made = task.compress(method, new Budget.Keep(0.5), allocation);
        long dense = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
        long now = made.layers().stream().mapToLong(LayerReport::parameters).sum();
        assertTrue(now <= 0.5 * dense && now > 0.35 * dense, policy + " " + now + " of " + dense);
        Map<String, Integer> ranks = new LinkedHashMap<>();
        try (Model model = task.model().with(made.replacements())) {
          users(model)
              .values()
              .forEach(
                  own ->
                      own.forEach(
                          name ->
                              ranks.merge(
                                  own.get(0),
                                  made.replacements().get(name).rank(),
                                  (a, b) -> a.equals(b) ? a : -1)));
        }
        assertTrue(!ranks.containsValue(-1), ranks.toString());
      }
    }
  }

  @Test
  void whatCannotBeSharedIsRefused() throws IOException {
    for (String options :
        List.of(
            ":fit=als",
            ":group=3",
            ":types=qkv",
            ":share=blocks:group=1:fit=als",
            ":share=blocks:types=head",
            ":share=blocks:types=",
            ":share=all")) {
      assertThrows(
          InputException.class, () -> MethodChain.parse("basis-sharing" + options), options);
    }
    assertThrows(InputException.class, () -> MethodChain.parse("svd++basis-sharing"));
    assertEquals(
        MethodChain.parse(BLOCKS + ":types=qkv-output").text(),
        MethodChain.parse(BLOCKS + ":types=output-qkv").text());
    for (Policy policy : List.of(Policy.STRS, Policy.LATENCY)) {
      InputException refused =
          assertThrows(
              InputException.class,
              () ->
                  MethodChain.parse("basis-sharing")
                      .check(new Budget.Keep(0.5), new Allocation(policy, 1)));
      assertTrue(refused.getMessage().contains(policy.label()), refused.getMessage());
    }
    try (TaskCase task = open("gpt2")) {
      InputException refused =
          assertThrows(InputException.class, () -> compress(task, "basis-sharing", 0.5));
      assertTrue(refused.getMessage().contains("--split-qkv"), refused.getMessage());
      refused = assertThrows(InputException.class, () -> compress(task, BLOCKS + "++int8", 0.5));
      assertTrue(refused.getMessage().contains("shares a basis"), refused.getMessage());
    }
  }

  @Test
  void checkpointsWithoutTheirBasisAreRefused() throws IOException {
    try (TaskCase task = open("bert");
        Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
      Path out = folder.resolve("out");
      new CompressedCheckpoint(source, task.model(), compress(task, "basis-sharing", 0.5))
          .write(out, false, JsonNodeFactory.instance.objectNode());
      Path config = out.resolve("config.json");
      String text = Files.readString(config);
      for (String[] change :
          new String[][] {
            {"\"basis\"", "\"other\""},
            {"self.query\"", "output.dense\""},
          }) {
        assertTrue(text.contains(change[0]), text);
        Files.writeString(config, text.replace(change[0], change[1]));
        InputException refused =
            assertThrows(
                InputException.class, () -> LoadedModel.open(out, task.model().device()).close());
        assertTrue(refused.getMessage().contains("shared.v"), refused.getMessage());
      }
    }
  }
}
