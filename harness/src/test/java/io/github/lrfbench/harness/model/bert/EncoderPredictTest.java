package io.github.lrfbench.harness.model.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.autograd.CountingOps;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.FewerHeads;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is computed for the tokens alone that heads read is what whole passes give. */
class EncoderPredictTest {
  private static final float TOLERANCE = 2e-5f;

  @TempDir private Path temporary;

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  /** Sequences of unlike lengths, of one token, too. */
  private static List<TokenSequence> sequences(int... lengths) {
    SplittableRandom random = new SplittableRandom(lengths.length);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int length : lengths) {
      sequences.add(new TokenSequence(random.ints(length, 1, 15).toArray(), new int[length]));
    }
    return sequences;
  }

  private float[] run(
      BiFunction<Ops, TokenBatch, Tensor> pass, Model model, List<TokenSequence> sequences) {
    try (Scope own = device.openScope();
        Ops ops = new EagerOps(device)) {
      return pass.apply(ops, TokenBatch.of(own, sequences, model.info())).toFloats();
    }
  }

  private void assertPredicts(Model model) {
    for (List<TokenSequence> sequences :
        List.of(sequences(9, 1, 5, 5, 2), sequences(1), sequences(13, 13))) {
      assertArrayEquals(
          run(model::forward, model, sequences), run(model::predict, model, sequences), TOLERANCE);
    }
  }

  @ParameterizedTest
  @CsvSource({"bert", "distilbert", "albert"})
  void outputsAreThoseOfWholePasses(String architecture) throws IOException {
    Path folder = temporary.resolve(architecture);
    switch (architecture) {
      case "bert" -> TinyCheckpoint.bert(folder, 3);
      case "distilbert" -> TinyCheckpoint.distilbert(folder, 1);
      default -> TinyCheckpoint.albert(folder, 3, 1, 2);
    }
    try (LoadedModel loaded = LoadedModel.open(folder, device)) {
      assertPredicts(loaded.model());
    }
  }

  static List<String> kinds() {
    return Forms.KINDS;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void matricesMayHaveAnyForm(String kind) {
    try (GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device)) {
      Forms forms = new Forms(1, scope);
      Map<String, Linear> made = new HashMap<>();
      for (LinearSlot slot : golden.model().slots()) {
        Linear linear = slot.linear();
        made.put(slot.name(), forms.of(kind, linear.outputs(), linear.inputs(), true));
      }
      try (Model model = golden.model().with(made)) {
        assertPredicts(model);
      }
    }
  }

  /** What rounds its inputs by those beside them is given all of them. */
  @Test
  void whereOutliersAreThoseOfABatchPassesAreWhole() {
    try (GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device)) {
      List<LinearSlot> slots = golden.model().slots();
      LinearSlot last = slots.get(slots.size() - 1);
      Linear form =
          new Forms(2, scope).of("llm-int8", last.linear().outputs(), last.linear().inputs(), true);
      try (Model model = golden.model().with(Map.of(last.name(), form))) {
        List<TokenSequence> sequences = sequences(9, 1, 5);
        assertArrayEquals(
            run(model::forward, model, sequences), run(model::predict, model, sequences));
        assertEquals(flops(model, false), flops(model, true));
      }
    }
  }

  @Test
  void attentionsMayHaveFewerHeads() {
    try (GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device);
        Model model = golden.model().with(FewerHeads.of(golden.model(), 1, scope))) {
      assertPredicts(model);
    }
  }

  /** Of a token that no head reads, the last block makes keys and values. */
  @Test
  void theLastBlockWorksForTheTokensThatTheHeadReads() {
    try (GoldenModel golden = GoldenModel.load(TestData.require("golden/bert-cls"), device)) {
      Model model = golden.model();
      int tokens = 9 + 1 + 5;
      int sequences = 3;
      int layer = model.slots().get(model.slots().size() - 1).layer();
      long saved = 0;
      int width = 0;
      for (LinearSlot slot : model.slots()) {
        boolean all = slot.role().equals("key") || slot.role().equals("value");
        if (slot.layer() == layer && !all) {
          saved += (tokens - sequences) * slot.linear().flopsPerRow();
          width = slot.role().equals("query") ? slot.linear().outputs() : width;
        }
      }
      for (int length : new int[] {9, 1, 5}) {
        saved += 4L * width * length * (length - 1);
      }
      assertEquals(flops(model, false) - saved, flops(model, true));
    }
  }

  private long flops(Model model, boolean predicted) {
    try (Scope own = device.openScope();
        CountingOps ops = new CountingOps(device)) {
      TokenBatch batch = TokenBatch.of(own, sequences(9, 1, 5), model.info());
      if (predicted) {
        model.predict(ops, batch);
      } else {
        model.forward(ops, batch);
      }
      return ops.flops();
    }
  }
}
