package io.github.lrfbench.harness.exits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.CountingOps;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes that stop early give what the same blocks and exits give by themselves. */
class EarlyExitTest {
  @TempDir private Path folder;
  private Device device;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** A model with exits that were drawn; demo models have four blocks, tiny ones two. */
  private ExitModel model(String name, ExitTraining training) throws IOException {
    Path directory =
        switch (name) {
          case "demo:bert", "demo:gpt2" ->
              DemoModel.of(name).orElseThrow().unpack(folder, "demo-sst2");
          case "roberta" -> readable(TinyCheckpoint.roberta(folder.resolve(name), 3));
          case "distilbert" -> TinyCheckpoint.distilbert(folder.resolve(name), 2);
          case "score" -> TinyCheckpoint.bert(folder.resolve(name), 1);
          default -> throw new IllegalArgumentException(name);
        };
    try (LoadedModel loaded = LoadedModel.open(directory, device)) {
      ExitModel model = ExitModel.draw(loaded.model().copy(), training, 3);
      // What was drawn is undecided everywhere; larger logits differ.
      for (Parameter weight : exits(model)) {
        scale(weight, 30);
      }
      return model;
    }
  }

  /** Its tokenizer is a BERT's. */
  static Path readable(Path roberta) throws IOException {
    Files.writeString(
        roberta.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
    return roberta;
  }

  private void scale(Parameter weight, double factor) {
    double[] factors = new double[weight.value().rows()];
    Arrays.fill(factors, factor);
    device.blas().scaleRows(weight.value(), factors);
  }

  private static List<Parameter> exits(ExitModel model) {
    return model.trained().stream()
        .filter(weight -> weight.name().matches("exits.*(classifier|score|out_proj)\\.weight"))
        .toList();
  }

  /** Of different lengths; padding tokens among those of a GPT-2. */
  private static List<TokenSequence> sequences(Model model) {
    SplittableRandom random = new SplittableRandom(7);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      int length = 2 + random.nextInt(9);
      int[] ids = new int[length];
      Arrays.setAll(ids, at -> random.nextInt(model.info().vocabularySize()));
      sequences.add(new TokenSequence(ids, new int[length]));
    }
    return sequences;
  }

  private float[] outputs(Model model, List<TokenSequence> sequences) {
    try (Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      return model.forward(ops, TokenBatch.of(scope, sequences, model.info())).toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "demo:bert, TWO_STAGE",
    "demo:bert, JOINT",
    "demo:gpt2, TWO_STAGE",
    "demo:gpt2, JOINT",
    "roberta, TWO_STAGE",
    "distilbert, TWO_STAGE",
    "distilbert, JOINT"
  })
  void batchesStopWhereSequencesAloneDo(String name, ExitTraining training) throws IOException {
    try (ExitModel model = model(name, training)) {
      List<TokenSequence> sequences = sequences(model);
      float[] whole = outputs(model, sequences);
      double most = Math.log(whole.length / (double) sequences.size());
      double before = Double.POSITIVE_INFINITY;
      int between = 0;
      for (double threshold : new double[] {0, 0.1, 0.4, 0.6, 0.69, most + 1e-9}) {
        ExitPolicy policy = new ExitPolicy.Entropy(threshold);
        EarlyExit together = new EarlyExit(model, policy);
        float[] outputs = outputs(together, sequences);
        EarlyExit alone = new EarlyExit(model, policy);
        int width = outputs.length / sequences.size();
        for (int i = 0; i < sequences.size(); i++) {
          assertArrayEquals(
              Arrays.copyOfRange(outputs, i * width, (i + 1) * width),
              outputs(alone, List.of(sequences.get(i))),
              1e-5f);
        }
        assertArrayEquals(together.tally().shares(), alone.tally().shares());
        assertEquals(together.tally().meanFlops(), alone.tally().meanFlops());
        double mean = together.tally().meanBlocks();
        assertTrue(mean <= before, "from " + before + " to " + mean + " at " + threshold);
        before = mean;
        between += mean > 1 && mean < model.blocks().size() ? 1 : 0;
        if (threshold == 0) {
          assertArrayEquals(whole, outputs);
          assertEquals(model.blocks().size(), mean);
        }
      }
      assertEquals(1, before);
      assertTrue(between > 0 || model.blocks().size() == 2, "none stopped some and not others");
      EarlyExit patient = new EarlyExit(model, new ExitPolicy.Patience(0, Double.NaN));
      assertArrayEquals(whole, outputs(patient, sequences));
      EarlyExit looking = new EarlyExit(model, new ExitPolicy.Patience(99, Double.NaN));
      assertArrayEquals(whole, outputs(looking, sequences));
    }
  }

  /** The first exit, by definition, of the state that the first block leaves. */
  @ParameterizedTest
  @CsvSource({"demo:bert, TWO_STAGE", "demo:gpt2, JOINT", "roberta, JOINT", "distilbert, JOINT"})
  void anExitIsTheHeadOverItsBlock(String name, ExitTraining training) throws IOException {
    try (ExitModel model = model(name, training);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      List<TokenSequence> sequences = sequences(model);
      TokenBatch batch = TokenBatch.of(scope, sequences, model.info());
      List<Tensor> states = model.hiddenStates(ops, batch);
      for (int block = 1; block <= model.blocks().size(); block++) {
        Tensor expected = ops.allocate(DType.F32, sequences.size(), model.outputs());
        model.exit(ops, batch, block, states.get(block), Matrix.of(expected));
        EarlyExit cut = new EarlyExit(model, new ExitPolicy.Layer(block));
        assertArrayEquals(expected.toFloats(), outputs(cut, sequences), 1e-6f);
        assertEquals(block, cut.tally().meanBlocks());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "demo:bert, TWO_STAGE, entropy:0",
    "demo:bert, TWO_STAGE, entropy:9",
    "demo:bert, JOINT, layer:3",
    "demo:gpt2, JOINT, patience:1",
    "demo:gpt2, TWO_STAGE, entropy:0.5",
    "roberta, JOINT, layer:1"
  })
  void operationsAreThoseOfTheProducts(String name, ExitTraining training, String policy)
      throws IOException {
    try (ExitModel model = model(name, training);
        Scope scope = device.openScope();
        CountingOps ops = new CountingOps(device)) {
      EarlyExit early = new EarlyExit(model, ExitPolicy.parse(policy));
      early.forward(ops, TokenBatch.of(scope, sequences(model).subList(0, 1), model.info()));
      assertEquals(ops.flops(), early.tally().meanFlops());
    }
  }

  @Test
  void scoresStopByPatienceOnly() throws IOException {
    try (ExitModel model = model("score", ExitTraining.JOINT)) {
      List<TokenSequence> sequences = sequences(model);
      EarlyExit early = new EarlyExit(model, ExitPolicy.parse("patience:1:tau=0.5"));
      assertArrayEquals(outputs(model, sequences), outputs(early, sequences));
      assertRefused(model, "entropy:0.1", "gives a score");
      assertRefused(model, "patience:1", "tau=0.5");
      assertRefused(model, "layer:3", "2 blocks");
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    try (ExitModel model = model("distilbert", ExitTraining.TWO_STAGE)) {
      assertRefused(model, "patience:1:tau=1", "not for classes");
      assertRefused(model.base(), "entropy:0.1", "no early exits");
      String head = model.classifier();
      Map<String, Linear> other = Map.of(head, model.headLayers().get(head));
      assertThrows(InputException.class, () -> model.with(other).close());
    }
  }

  @Test
  void languageModelsHaveNoExits() throws IOException {
    try (LoadedModel loaded =
        LoadedModel.open(TinyCheckpoint.gpt2(folder.resolve("lm"), 0), device)) {
      Model copy = loaded.model().copy();
      assertEquals(
          "early exits are for classifiers; the model is a language model",
          assertThrows(
                  InputException.class, () -> ExitModel.draw(copy, ExitTraining.JOINT, 0).close())
              .getMessage());
    }
  }

  private static void assertRefused(Model model, String policy, String words) {
    String message =
        assertThrows(
                InputException.class, () -> new EarlyExit(model, ExitPolicy.parse(policy)).close())
            .getMessage();
    assertTrue(message.contains(words) && !message.contains("\n"), message);
  }

  @Test
  void anExitThatGivesNoNumberIsTold() throws IOException {
    try (ExitModel model = model("demo:bert", ExitTraining.TWO_STAGE)) {
      Parameter second =
          exits(model).stream().filter(w -> w.name().startsWith("exits.2.")).findFirst().get();
      scale(second, Double.NaN);
      EarlyExit early = new EarlyExit(model, ExitPolicy.parse("entropy:0.0001"));
      String message =
          assertThrows(InputException.class, () -> outputs(early, sequences(model))).getMessage();
      assertEquals("the exit after block 2 gives NaN, which is no number", message);
    }
  }

  /** A copy has exits of its own. */
  @Test
  void copiesStopWhereTheModelDoes() throws IOException {
    try (ExitModel model = model("demo:gpt2", ExitTraining.JOINT);
        Model copy = model.copy();
        Model same = model.with(Map.of())) {
      List<TokenSequence> sequences = sequences(model);
      ExitPolicy policy = ExitPolicy.parse("entropy:0.5");
      float[] expected = outputs(new EarlyExit(model, policy), sequences);
      assertArrayEquals(expected, outputs(new EarlyExit(same, policy), sequences));
      scale(exits(model).get(0), 0);
      assertArrayEquals(expected, outputs(new EarlyExit(copy, policy), sequences));
      assertEquals(model.parameters(), copy.parameters());
    }
  }
}
