package io.github.lrfbench.harness.compress.tensor;

import static io.github.lrfbench.harness.compress.SharingAssertions.assertSound;
import static io.github.lrfbench.harness.compress.SharingAssertions.assertTrained;
import static io.github.lrfbench.harness.compress.SharingAssertions.logits;
import static io.github.lrfbench.harness.compress.SharingAssertions.names;
import static io.github.lrfbench.harness.compress.SharingAssertions.users;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import io.github.lrfbench.harness.linear.Sharer;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Methods of tensors on models: factors are stored once, tied on loading, and trained as one. */
class TensorMethodTest {
  private static final Gpt2Options SPLIT = new Gpt2Options(true, false);

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
    "bert, cp, 2",
    "gpt2, cp, 2",
    "bert, cp:stack=layers:fit=cprand:sweeps=20, 6",
    "bert, cp:stack=matrix, 12",
    "bert, tucker, 2",
    "gpt2, tucker, 2",
    "gpt2-split, tucker, 2",
    "gpt2, tucker:stack=layers, 4",
    "bert, tucker:stack=both, 1",
    "gpt2, tucker:stack=matrix, 8",
    "bert, tt, 0",
    "gpt2, tt:shape=2x2-2x2, 0",
    "gpt2, tt:stack=heads, 2",
    "bert, tt:stack=layers, 6",
    "gpt2-split, tt:stack=both, 1"
  })
  void factorsAreStoredOnceAndReadAgain(String model, String method, int bases) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = compress(task, method, 0.6);
      long dense = task.slots().stream().mapToLong(slot -> slot.linear().parameters()).sum();
      long layers = made.layers().stream().mapToLong(LayerReport::parameters).sum();
      assertTrue(layers <= 0.6 * dense, layers + " of " + dense);
      Path whole = folder.resolve("whole");
      Path out = folder.resolve("out");
      try (Model compressed = task.model().with(made.replacements());
          Model copy = compressed.copy();
          Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        assertSound(compressed, bases);
        assertEquals(task.model().parameters() - dense + layers, compressed.parameters());
        float[] expected = logits(task, compressed);
        assertSound(copy, bases);
        assertEquals(names(compressed), names(copy));
        assertArrayEquals(expected, logits(task, copy));

        CompressedCheckpoint written = new CompressedCheckpoint(source, task.model(), made);
        written.write(out, false, JsonNodeFactory.instance.objectNode());
        written.write(whole, true, JsonNodeFactory.instance.objectNode());
        Gpt2Options options = model.endsWith("split") ? SPLIT : Gpt2Options.DEFAULT;
        try (LoadedModel loaded = LoadedModel.open(out, options, task.model().device())) {
          assertSound(loaded.model(), bases);
          assertEquals(names(compressed), names(loaded.model()));
          assertEquals(compressed.parameters(), loaded.model().parameters());
          assertEquals(compressed.flops(7), loaded.model().flops(7));
          assertArrayEquals(expected, logits(task, loaded.model()));
        }
        try (LoadedModel loaded = LoadedModel.open(whole, options, task.model().device())) {
          assertArrayEquals(expected, logits(task, loaded.model()), 1e-4f);
        }
        assertTrained(task, compressed, bases, source, options, folder);
      }
    }
  }

  /** Another map in the place of one that shares factors leaves the others sharing them. */
  @ParameterizedTest
  @ValueSource(strings = {"cp", "tucker:stack=both", "tt:stack=layers"})
  void othersGoOnSharing(String method) throws IOException {
    try (TaskCase task = open("bert");
        Scope scope = task.model().device().openScope();
        Model compressed = task.model().with(compress(task, method, 0.6).replacements())) {
      for (LinearSlot slot : compressed.slots()) {
        if (slot.linear() instanceof Sharer own) {
          Linear product = DenseLinear.of(own, scope);
          try (Model other = compressed.with(Map.of(slot.name(), product))) {
            assertEquals(users(compressed).size(), users(other).size());
            assertArrayEquals(logits(task, compressed), logits(task, other), 1e-4f);
          }
        }
      }
    }
  }

  /** What cannot be stacked is a tensor of two modes, and stored as svd stores it. */
  @Test
  void matricesAloneAreThoseOfSvd() throws IOException {
    try (TaskCase task = open("gpt2")) {
      Compression svd = compress(task, "svd", 0.5);
      for (String method : List.of("cp", "tucker", "tt:stack=heads")) {
        Compression made = compress(task, method, 0.5);
        for (int i = 0; i < made.layers().size(); i++) {
          LayerReport layer = made.layers().get(i);
          if (layer.layer().contains("mlp")) {
            assertEquals("lowrank", layer.form());
            assertEquals(svd.layers().get(i).error(), layer.error());
            assertTrue(layer.diagnostics().note().contains("by svd"));
          } else {
            assertEquals(method.substring(0, method.equals("tucker") ? 6 : 2), layer.form());
            assertTrue(layer.diagnostics().note().contains("slices of a tensor of"));
          }
        }
      }
    }
  }

  /**
   * Three heads of rows for each head of the output's columns, whether or not the parts are one.
   */
  @Test
  void theFusedMatrixIsQueryKeyAndValue() throws IOException {
    double[] errors = new double[2];
    String[] models = {"gpt2", "gpt2-split"};
    for (int i = 0; i < 2; i++) {
      try (TaskCase task = open(models[i])) {
        for (LayerReport layer : compress(task, "tucker:sweeps=0", 0.5).layers()) {
          errors[i] += layer.error() * layer.error();
        }
      }
    }
    assertEquals(errors[0], errors[1], 1e-5 * errors[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"energy", "greedy", "absolute", "lagrange", "v2"})
  void budgetsAreSharedOutAmongTensors(String policy) throws IOException {
    try (TaskCase task = open("bert")) {
      Allocation allocation = new Allocation(Policy.parse(policy), 1);
      for (String method : List.of("tucker", "tt", "tt:stack=layers")) {
        Compression made = task.compress(method, new Budget.Keep(0.5), allocation);
        long dense = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
        long now = made.layers().stream().mapToLong(LayerReport::parameters).sum();
        assertTrue(now <= 0.5 * dense && now > 0.25 * dense, policy + " " + now + " of " + dense);
      }
    }
  }

  @Test
  void ranksOfCpAreThoseThatAreAskedFor() throws IOException {
    try (TaskCase task = open("bert")) {
      for (LayerReport layer :
          task.compress("cp", new Budget.Rank(3), Allocation.UNIFORM).layers()) {
        assertEquals(3, layer.rank(), layer.layer());
      }
      Compression even =
          task.compress("cp", new Budget.Keep(0.7), new Allocation(Policy.UNIFORM, 4));
      even.layers().forEach(layer -> assertEquals(0, layer.rank() % 4, layer.toString()));
    }
  }

  @Test
  void whatSaysNothingIsRefused() throws IOException {
    for (String options :
        List.of(
            "cp:blocks=2",
            "tucker:stack=all",
            "tucker:stack=matrix:blocks=1",
            "tt:stack=heads:shape=2x2",
            "tt:shape=2",
            "cp:ridge=-1",
            "svd++cp")) {
      assertThrows(InputException.class, () -> MethodChain.parse(options), options);
    }
    try (TaskCase task = open("bert")) {
      for (String[] refused :
          new String[][] {
            {"tucker", "has a rank for every mode"},
            {"tt", "has a rank for every mode"}
          }) {
        for (Budget budget : List.of(new Budget.Rank(2), new Budget.Energy(0.9))) {
          assertRefused(task, refused[0], budget, Allocation.UNIFORM, refused[1]);
        }
        Allocation rounded = new Allocation(Policy.UNIFORM, 8);
        assertRefused(task, refused[0], new Budget.Keep(0.5), rounded, "--round-to");
      }
      assertRefused(task, "cp", new Budget.Energy(0.9), Allocation.UNIFORM, "--energy");
      InputException greedy =
          assertThrows(
              InputException.class,
              () ->
                  MethodChain.parse("cp")
                      .check(new Budget.Keep(0.5), new Allocation(Policy.GREEDY, 1)));
      assertTrue(greedy.getMessage().contains("greedy"), greedy.getMessage());
    }
  }

  private static void assertRefused(
      TaskCase task, String method, Budget budget, Allocation allocation, String words) {
    InputException refused =
        assertThrows(InputException.class, () -> task.compress(method, budget, allocation));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }

  @Test
  void checkpointsWithoutTheirFactorsAreRefused() throws IOException {
    try (TaskCase task = open("bert");
        Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
      Path out = folder.resolve("out");
      for (String[] change :
          new String[][] {
            {"cp", "\"basis\"", "\"other\""},
            {"tt", "\"modes\"", "\"other\""}
          }) {
        new CompressedCheckpoint(source, task.model(), compress(task, change[0], 0.5))
            .write(out, false, JsonNodeFactory.instance.objectNode());
        Path config = out.resolve("config.json");
        String text = Files.readString(config);
        assertTrue(text.contains(change[1]), text);
        Files.writeString(config, text.replace(change[1], change[2]));
        assertThrows(
            InputException.class, () -> LoadedModel.open(out, task.model().device()).close());
        try (var files = Files.walk(out)) {
          files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
      }
    }
  }
}
