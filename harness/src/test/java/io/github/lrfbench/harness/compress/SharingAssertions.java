package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Sharer;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What holds of models whose matrices share factors. */
public final class SharingAssertions {
  private SharingAssertions() {}

  public static float[] logits(TaskCase task, Model model) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model
          .forward(ops, TokenBatch.of(scope, task.examples().sequences().subList(0, 7)))
          .toFloats();
    }
  }

  /** The users of every basis in a model, in their order. */
  public static Map<Basis, List<String>> users(Model model) {
    Map<Basis, List<String>> users = new IdentityHashMap<>();
    for (LinearSlot slot : model.slots()) {
      if (slot.linear().base() instanceof Sharer shared) {
        users.computeIfAbsent(shared.basis(), missing -> new ArrayList<>()).add(slot.name());
      }
    }
    return users;
  }

  /** Every basis has one holder, of its name; numbers add up by counting each tensor once. */
  public static void assertSound(Model model, int bases) {
    Map<Basis, List<String>> users = users(model);
    assertEquals(bases, users.size());
    Map<Basis, Integer> holders = new HashMap<>();
    for (LinearSlot slot : model.slots()) {
      if (slot.linear().base() instanceof Sharer shared && shared.holder()) {
        holders.merge(shared.basis(), 1, Integer::sum);
        assertEquals(slot.name(), shared.basis().module());
      }
    }
    assertEquals(bases, holders.size());
    holders.values().forEach(count -> assertEquals(1, count));
    long numbers = 0;
    Set<String> names = new HashSet<>();
    for (Parameter weight : model.weights()) {
      assertTrue(names.add(weight.name()), weight.name());
      numbers += weight.size();
    }
    assertEquals(numbers, model.parameters());
    assertEquals(4 * numbers, model.bytes());
  }

  public static Set<Set<String>> names(Model model) {
    Set<Set<String>> names = new HashSet<>();
    users(model).values().forEach(own -> names.add(new TreeSet<>(own)));
    return names;
  }

  /** All users see what training makes of their basis, and a checkpoint has it. */
  public static void assertTrained(
      TaskCase task, Model shared, int bases, Checkpoint source, Gpt2Options options, Path folder)
      throws IOException {
    Path target = folder.resolve("trained");
    try (Model copy = shared.copy()) {
      Trainer.train(
          copy,
          task.examples(),
          TrainingSettings.standard(1, 1e-2, 16, Selection.LAST, 0),
          null,
          TrainingListener.NONE);
      assertSound(copy, bases);
      float[] expected = logits(task, copy);
      assertTrue(different(expected, logits(task, shared)));
      new TrainedCheckpoint(
              copy,
              source.config(),
              JsonNodeFactory.instance.objectNode(),
              folder.resolve("model"),
              null)
          .write(target);
      try (LoadedModel loaded = LoadedModel.open(target, options, task.model().device())) {
        assertSound(loaded.model(), bases);
        assertArrayEquals(expected, logits(task, loaded.model()));
      }
    }
  }

  private static boolean different(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      if (Math.abs(a[i] - b[i]) > 1e-4) {
        return true;
      }
    }
    return false;
  }
}
