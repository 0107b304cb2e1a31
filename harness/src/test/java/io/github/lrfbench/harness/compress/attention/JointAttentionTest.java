package io.github.lrfbench.harness.compress.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JointAttentionTest {
  private static final String JOINT = "drone:attention=joint";
  private static final Gpt2Options SPLIT = new Gpt2Options(true, false);

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private TaskCase open(String model) throws IOException {
    return model.equals("bert")
        ? new TaskCase(deviceId(), folder)
        : new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(folder.resolve("model"), 2), SPLIT);
  }

  private static float[] logits(Model model, List<TokenSequence> sequences) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model.forward(ops, TokenBatch.of(scope, sequences)).toFloats();
    }
  }

  /** With as many dimensions as there are nothing changes, though the keys' biases are left out. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void allDimensionsGiveTheModelItself(String model) throws IOException {
    try (TaskCase task = open(model);
        Scope scope = task.model().device().openScope()) {
      Map<String, Linear> replacements = new HashMap<>();
      for (LinearSlot query : task.slots()) {
        if (query.role().equals("query")) {
          LinearSlot key =
              task.slots().stream()
                  .filter(s -> s.role().equals("key") && s.layer() == query.layer())
                  .findFirst()
                  .orElseThrow();
          AttentionProduct product =
              new AttentionProduct(
                  matrix(query, scope),
                  matrix(key, scope),
                  query.linear().bias().toDoubles(),
                  task.calibrator().moments().of(key.name()),
                  3,
                  scope);
          replacements.put(
              query.name(), narrow(product.queries(4, scope), product.queryBias(4), scope));
          replacements.put(key.name(), narrow(product.keys(4, scope), new double[12], scope));
        }
      }
      assertEquals(4, replacements.size());
      List<TokenSequence> sequences = task.examples().sequences().subList(0, 7);
      try (Model replaced = task.model().with(replacements)) {
        assertArrayEquals(logits(task.model(), sequences), logits(replaced, sequences), 2e-4f);
      }
    }
  }

  private static Matrix matrix(LinearSlot slot, Scope scope) {
    return Matrices.toDouble(SlotMatrix.of(slot, scope), scope);
  }

  private static NarrowHeads narrow(Matrix rows, double[] bias, Scope scope) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, rows.cols(), rows.rows()));
    scope.device().blas().transpose(rows, weight);
    Tensor vector = scope.allocate(DType.F32, bias.length);
    vector.write(0, bias, 0, bias.length);
    return new NarrowHeads(weight, vector, 3, bias.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void queriesAndKeysGetNarrowHeadsAndTheOthersFactors(String model) throws IOException {
    try (TaskCase task = open(model)) {
      Budget budget = new Budget.Keep(0.5);
      Compression joint = task.compress(JOINT, budget, Allocation.UNIFORM);
      Compression alone = task.compress("drone", budget, Allocation.UNIFORM);
      double before = Double.POSITIVE_INFINITY;
      for (int i = 0; i < joint.layers().size(); i++) {
        LayerReport layer = joint.layers().get(i);
        LinearSlot slot = task.slots().get(i);
        assertEquals(slot.name(), layer.layer());
        Linear now = joint.replacements().get(slot.name());
        if (List.of("query", "key").contains(slot.role())) {
          // Half of four dimensions for each of three heads.
          assertEquals(2, ((NarrowHeads) now).kept());
          assertEquals(6, layer.rank());
          assertEquals(72, layer.parameters());
          assertTrue(layer.outputError() > 0 && layer.outputError() < layer.outputNorm());
          assertTrue(Double.isNaN(layer.error()));
        } else {
          assertEquals(alone.layers().get(i).rank(), ((LowRankLinear) now).rank());
          assertEquals(alone.layers().get(i).error(), layer.error(), 1e-5);
        }
      }
      for (int rank = 1; rank <= 4; rank++) {
        // As many numbers as the matrices of a rank have: 24 r, in heads of 36 a dimension.
        Compression cut = task.compress(JOINT, new Budget.Keep(rank / 4.0), Allocation.UNIFORM);
        LayerReport query = cut.layers().get(0);
        assertEquals(3 * rank, query.replaced() ? query.rank() : 12);
        assertTrue(query.outputError() <= before);
        before = query.outputError();
      }
      LayerReport energy =
          task.compress(JOINT, new Budget.Energy(0.8), Allocation.UNIFORM).layers().get(0);
      double lost = energy.outputError() / energy.outputNorm();
      assertTrue(!energy.replaced() || lost * lost <= 0.2 + 1e-9);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void theCheckpointIsReadAgain(String model) throws IOException {
    Path factored = folder.resolve("factored");
    Path dense = folder.resolve("dense");
    try (TaskCase task = open(model)) {
      Compression joint = task.compress(JOINT, new Budget.Keep(0.5), Allocation.UNIFORM);
      List<TokenSequence> sequences = task.examples().sequences().subList(0, 5);
      float[] expected;
      long parameters;
      try (Model replaced = task.model().with(joint.replacements());
          Model copy = replaced.copy()) {
        expected = logits(replaced, sequences);
        parameters = replaced.parameters();
        assertArrayEquals(expected, logits(copy, sequences));
      }
      try (Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        CompressedCheckpoint written = new CompressedCheckpoint(source, task.model(), joint);
        written.write(factored, false, JsonNodeFactory.instance.objectNode());
        written.write(dense, true, JsonNodeFactory.instance.objectNode());
      }
      try (LoadedModel loaded = LoadedModel.open(factored, task.model().device())) {
        assertArrayEquals(expected, logits(loaded.model(), sequences));
        assertEquals(parameters, loaded.model().parameters());
      }
      try (LoadedModel loaded = LoadedModel.open(dense, task.model().device())) {
        assertArrayEquals(expected, logits(loaded.model(), sequences), 1e-4f);
        assertTrue(
            loaded.model().slots().stream().allMatch(s -> s.linear() instanceof DenseLinear));
      }
    }
  }

  @Test
  void whatCannotBeJoinedIsRefused() throws IOException {
    for (String options : new String[] {":statistics=sequential", ":tolerance=1.5"}) {
      assertThrows(InputException.class, () -> MethodSpec.parse(JOINT + options), options);
    }
    Path directory = TinyCheckpoint.gpt2(folder.resolve("whole"), 2);
    try (TaskCase whole = new TaskCase(deviceId(), folder, directory)) {
      InputException refused =
          assertThrows(
              InputException.class,
              () -> whole.compress(JOINT, new Budget.Keep(0.5), Allocation.UNIFORM));
      assertTrue(refused.getMessage().contains("--split-qkv"), refused.getMessage());
    }
  }
}
