package io.github.lrfbench.harness.tensorparallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.measure.RandomTokens;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.FewerHeads;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shards of whole models against the models themselves. */
class TensorParallelModelTest {
  private static final Gpt2Options SPLIT_AND_UNTIED = new Gpt2Options(true, true);

  @TempDir private Path folder;

  private static Device open() {
    return Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  /** Compares, and returns what the shards exchanged. */
  static List<Exchange> compare(
      Model model, List<TokenSequence> sequences, int shards, LowRankSplit split, Device... on) {
    try (ShardGroup group = new ShardGroup(shards, List.of(on));
        TensorParallelModel parallel = new TensorParallelModel(model, group, split);
        ParallelInput input = new ParallelInput(sequences, model.info(), group)) {
      Difference difference = Difference.of(parallel, model, input);
      String what = shards + " shards, " + split + ": " + difference;
      assertTrue(difference.logits() <= Difference.TOLERANCE * difference.scale(), what);
      if (model instanceof CausalModel) {
        assertTrue(difference.losses() <= Difference.TOLERANCE * difference.scale(), what);
      }
      assertParameters(parallel, model, shards);
      try (Pass pass = Pass.open(group)) {
        parallel.forward(pass, input, parallel.vocabulary().find(input));
        return pass.exchanges();
      }
    }
  }

  /** What is everyone's counts once, padding not at all, and the rest as often as it is there. */
  private static void assertParameters(TensorParallelModel parallel, Model model, int shards) {
    long all = IntStream.range(0, shards).mapToLong(parallel::parameters).sum();
    long padding = parallel.vocabulary().padded() - model.info().vocabularySize();
    Linear predictor = model.transformer().predictor();
    Matrix word = Matrix.of(((SummedEmbeddings) model.transformer().input()).word().dense().data());
    long padded = padding * word.cols();
    if (predictor != null && model.repeated().isEmpty()) {
      padded += padding * (predictor.factors() == null ? word.cols() : predictor.rank());
    }
    assertEquals(model.parameters(), all - (shards - 1) * parallel.replicated() - padded);
  }

  /** The model with two random factors of a rank in every slot. */
  static Model factored(Model model, int rank) {
    Random random = new Random(rank);
    Map<String, Linear> replacements = new HashMap<>();
    try (Scope scope = model.device().openScope()) {
      for (LinearSlot slot : model.slots()) {
        Linear linear = slot.linear();
        replacements.put(
            slot.name(),
            new LowRankLinear(
                new LowRankFactors(
                    random(scope, linear.inputs(), rank, random),
                    random(scope, rank, linear.outputs(), random)),
                linear.bias()));
      }
      return model.with(replacements);
    }
  }

  private static Matrix random(Scope scope, int rows, int cols, Random random) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() / Math.sqrt(rows));
    }
    return Matrix.of(scope.floats(values, rows, cols));
  }

  private void compareAll(Model model, List<TokenSequence> sequences, Device device) {
    for (int shards = 1; shards <= model.heads(); shards++) {
      if (model.heads() % shards == 0) {
        compare(model, sequences, shards, LowRankSplit.OUTPUTS, device);
        // Not divisible by most numbers of shards, and smaller than some.
        for (int rank : new int[] {5, 3, 1}) {
          try (Model factored = factored(model, rank)) {
            for (LowRankSplit split : LowRankSplit.values()) {
              compare(factored, sequences, shards, split, device);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert-cls, false",
    "bert-reg, false",
    "roberta-cls, false",
    "gpt2-cls, false",
    "gpt2-cls, true",
    "gpt2-lm, false",
    "gpt2-lm, true"
  })
  void shardsOfReferenceModelsGiveTheirLogits(String name, boolean apart) throws IOException {
    Path golden = TestData.require("golden/" + name);
    Gpt2Options options =
        !apart
            ? Gpt2Options.DEFAULT
            : name.equals("gpt2-lm") ? SPLIT_AND_UNTIED : new Gpt2Options(true, false);
    try (Device device = open();
        GoldenModel model = GoldenModel.load(golden, options, device)) {
      compareAll(model.model(), GoldenInputs.read(golden), device);
    }
  }

  @ParameterizedTest
  @CsvSource({"BERT, demo-sst2", "BERT, demo-stsb", "GPT2, demo-lm", "GPT2, demo-sst2"})
  void shardsOfDemoModelsGiveTheirLogits(DemoModel demo, String task) {
    Path unpacked = demo.unpack(folder, task);
    try (Device device = open();
        GoldenModel model = GoldenModel.load(unpacked, device)) {
      int words = model.model().info().vocabularySize();
      compareAll(model.model(), RandomTokens.sequences(2, 9, words), device);
    }
  }

  @Test
  void blocksExchangeTwoVectorsAndRanksMakeThemShort() {
    Path unpacked = DemoModel.BERT.unpack(folder, "demo-sst2");
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(unpacked, device);
        Model factored = factored(golden.model(), 5)) {
      Model model = golden.model();
      int hidden = model.slots().get(0).linear().inputs();
      int wide = model.slots().get(4).linear().outputs();
      int blocks = model.blocks().size();
      List<TokenSequence> input = RandomTokens.sequences(1, 4, model.info().vocabularySize());
      Exchange states = Exchange.allReduce(hidden);
      assertEquals(
          withEmbedding(hidden, blocks, states, states),
          compare(model, input, 2, LowRankSplit.OUTPUTS, device));
      assertEquals(
          withEmbedding(hidden, blocks, Exchange.allReduce(5), Exchange.allReduce(5)),
          compare(factored, input, 2, LowRankSplit.OUTPUTS, device));
      assertEquals(
          withEmbedding(
              hidden,
              blocks,
              Exchange.allReduce(3 * hidden),
              Exchange.allGather(hidden),
              states,
              Exchange.allReduce(wide),
              states),
          compare(factored, input, 2, LowRankSplit.RANK, device));
      assertEquals(List.of(), compare(model, input, 1, LowRankSplit.OUTPUTS, device));
      assertBackward(model, LowRankSplit.OUTPUTS, device, states, states);
      assertBackward(
          factored, LowRankSplit.OUTPUTS, device, Exchange.allReduce(5), Exchange.allReduce(15));
      assertBackward(
          factored,
          LowRankSplit.RANK,
          device,
          Exchange.allReduce(wide),
          states,
          states,
          Exchange.allGather(3 * hidden),
          states);
    }
  }

  private static List<Exchange> withEmbedding(int hidden, int blocks, Exchange... ofBlock) {
    List<Exchange> all = new ArrayList<>(List.of(Exchange.allReduce(hidden)));
    Collections.nCopies(blocks, List.of(ofBlock)).forEach(all::addAll);
    return all;
  }

  private static void assertBackward(
      Model model, LowRankSplit split, Device device, Exchange... ofBlock) {
    try (ShardGroup group = new ShardGroup(2, List.of(device));
        TensorParallelModel parallel = new TensorParallelModel(model, group, split)) {
      assertEquals(
          Collections.nCopies(model.blocks().size(), List.of(ofBlock)).stream()
              .flatMap(List::stream)
              .toList(),
          parallel.backward());
    }
  }

  @Test
  void devicesRunTheirShardsAtOnce() {
    Path unpacked = DemoModel.GPT2.unpack(folder, "demo-lm");
    try (Device first = open();
        Device second = open();
        GoldenModel golden = GoldenModel.load(unpacked, first);
        Model factored = factored(golden.model(), 3)) {
      List<TokenSequence> input =
          RandomTokens.sequences(2, 5, golden.model().info().vocabularySize());
      int shards = golden.model().heads();
      compare(golden.model(), input, shards, LowRankSplit.OUTPUTS, first, second);
      compare(factored, input, shards, LowRankSplit.RANK, first, second);
      compare(factored, input, shards, LowRankSplit.OUTPUTS, first, second);
    }
  }

  @Test
  void whatCannotBeSplitIsRefusedInOneLine() {
    Path unpacked = DemoModel.BERT.unpack(folder, "demo-sst2");
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(unpacked, device);
        Scope scope = device.openScope()) {
      Model model = golden.model();
      InputException heads =
          assertThrows(
              InputException.class,
              () -> TensorParallelModel.requireSplittable(model, model.heads() + 1));
      assertTrue(heads.getMessage().contains("heads, which so many shards"), heads.getMessage());
      LinearSlot slot = model.slots().get(0);
      Linear chain =
          Chain.of(
              new LowRankLinear(
                  new LowRankFactors(
                      Matrix.of(scope.zeros(DType.F32, slot.linear().inputs(), 2)),
                      Matrix.of(scope.zeros(DType.F32, 2, slot.linear().outputs()))),
                  slot.linear().bias()));
      try (Model other = model.with(Map.of(slot.name(), chain))) {
        InputException form =
            assertThrows(
                InputException.class, () -> TensorParallelModel.requireSplittable(other, 2));
        assertTrue(form.getMessage().startsWith(slot.name() + " is stored as"), form::getMessage);
      }
      try (Model other = model.with(FewerHeads.of(model, 2, scope))) {
        InputException fewer =
            assertThrows(
                InputException.class, () -> TensorParallelModel.requireSplittable(other, 2));
        assertTrue(fewer.getMessage().contains("reads fewer heads"), fewer::getMessage);
      }
    }
  }
}
