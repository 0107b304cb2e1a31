package io.github.lrfbench.harness.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  private static final Set<Integer> ENDS = Set.of(99, 53, 30);

  String device() {
    return "cpu";
  }

  private record Case(int[] prompt, String continuation) {}

  /** Continuations by {@code benchmarks/peers/generate_torch.py}. */
  @ParameterizedTest
  @CsvSource({
    "greedy, 1, 1, false, 0",
    "beam, 4, 1, false, 0",
    "short, 4, -1, false, 0",
    "long, 3, 2, false, 0",
    "early, 4, 1, true, 0",
    "ngram, 3, 0.8, false, 2",
    "once, 1, 1, false, 1",
    "onceBeam, 4, 1, false, 1",
    "echo, 1, 1, false, 2",
    "echoBeam, 4, 1, false, 2",
    "echoThree, 3, 1, false, 3"
  })
  void continuationsAreThoseOfTransformers(
      String name, int beams, double lengthPenalty, boolean early, int ngram) throws IOException {
    List<Case> cases = cases(name);
    GenerationSettings settings =
        new GenerationSettings(
            LengthLimit.ofContinuation(16),
            ENDS,
            beams,
            lengthPenalty,
            early ? EarlyStopping.AT_ONCE : EarlyStopping.WHEN_UNLIKELY,
            ScoreRules.of(new NoRepeat(ngram, true)),
            null,
            0);
    List<int[]> prompts = cases.stream().map(Case::prompt).toList();
    for (int batch : new int[] {1, 3, 4}) {
      assertEquals(
          cases.stream().map(Case::continuation).toList(),
          texts(run(new Generator(batch, settings), prompts)),
          name + " in batches of " + batch);
    }
  }

  private static List<Case> cases(String name) throws IOException {
    List<Case> cases = new ArrayList<>();
    try (InputStream in = GeneratorTest.class.getResourceAsStream("transformers.txt")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] cells = line.split("; ");
        if (cells[0].equals(name)) {
          int[] prompt = Arrays.stream(cells[1].split(" ")).mapToInt(Integer::parseInt).toArray();
          cases.add(new Case(prompt, cells[2]));
        }
      }
    }
    assertEquals(4, cases.size());
    return cases;
  }

  @Test
  void aSeedDecidesWhatIsDrawnInEveryBatch() {
    List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {1, 2, 3});
    List<String> first = texts(run(new Generator(3, sampling(1, 50, 0.95)), prompts));
    assertEquals(first, texts(run(new Generator(3, sampling(1, 50, 0.95)), prompts)));
    assertEquals(first, texts(run(new Generator(1, sampling(1, 50, 0.95)), prompts)));
    assertTrue(!first.equals(texts(run(new Generator(3, sampling(2, 50, 0.95)), prompts))));
    // Equal prompts draw numbers of their own.
    assertTrue(!first.get(0).equals(first.get(2)));
  }

  @Test
  void aSingleTokenIsTheLikeliest() {
    List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[] {4});
    Generator greedy = new Generator(2, GenerationSettings.greedy(8, Set.of()));
    List<String> expected = texts(run(greedy, prompts));
    assertEquals(expected, texts(run(new Generator(2, sampling(1, 1, 1)), prompts)));
    assertEquals(expected, texts(run(new Generator(2, sampling(1, 0, 1e-9)), prompts)));
  }

  private static GenerationSettings sampling(long seed, int topK, double topP) {
    return new GenerationSettings(
        LengthLimit.ofContinuation(8),
        Set.of(),
        1,
        1,
        EarlyStopping.WHEN_UNLIKELY,
        ScoreRules.NONE,
        new Sampling(1, topK, topP),
        seed);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    TestData.require("golden/gpt2-lm");
    Generator generator = new Generator(2, GenerationSettings.greedy(8, Set.of()));
    String empty =
        assertThrows(InputException.class, () -> run(generator, List.of(new int[] {1}, new int[0])))
            .getMessage();
    assertEquals("prompt 2 is empty", empty);
    String tooLong =
        assertThrows(InputException.class, () -> run(generator, List.of(new int[33]))).getMessage();
    assertEquals(
        "prompt 1 has 33 tokens; with 8 new ones that is over the model's limit of 40", tooLong);
    assertEquals(8, run(generator, List.of(new int[32])).get(0).length);
    assertEquals(List.of(), run(generator, List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theLengthOfAWholeTextMayBeLimited(int beams) {
    GenerationSettings settings =
        new GenerationSettings(
            LengthLimit.ofText(10),
            Set.of(),
            beams,
            1,
            EarlyStopping.WHEN_UNLIKELY,
            ScoreRules.NONE,
            null,
            0);
    Generator generator = new Generator(3, settings);
    List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[9], new int[] {4});
    List<int[]> continuations = run(generator, prompts);
    assertEquals(List.of(7, 1, 9), continuations.stream().map(tokens -> tokens.length).toList());
    String full =
        assertThrows(InputException.class, () -> run(generator, List.of(new int[10]))).getMessage();
    assertEquals("prompt 1 has 10 tokens; with new ones the text may have 10 only", full);
  }

  @Test
  void repeatedRunsAreForbidden() {
    int[] text = {1, 2, 3, 1, 2, 0, 0};
    assertForbidden(new NoRepeat(3, true), text, 2, 5, 3);
    // The run begins in the prompt.
    assertForbidden(new NoRepeat(3, false), text, 1, 5);
    assertForbidden(new NoRepeat(3, false), text, 0, 5, 3);
    assertForbidden(new NoRepeat(1, true), text, 3, 4, 1, 2, 3);
    assertForbidden(new NoRepeat(1, false), text, 3, 4, 1);
    assertForbidden(new NoRepeat(2, true), text, 4, 4, 2);
    assertForbidden(new NoRepeat(9, true), text, 0, 5);
    assertForbidden(NoRepeat.NONE, text, 0, 5);
  }

  private static void assertForbidden(
      NoRepeat rule, int[] text, int prompt, int length, int... tokens) {
    float[] scores = new float[10];
    rule.forbid(text, prompt, length, scores);
    float[] expected = new float[10];
    for (int token : tokens) {
      expected[token] = Float.NEGATIVE_INFINITY;
    }
    assertArrayEquals(expected, scores);
  }

  private List<int[]> run(Generator generator, List<int[]> prompts) {
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device)) {
      return generator.run((CausalModel) golden.model(), prompts, done -> {}).continuations();
    }
  }

  private static List<String> texts(List<int[]> continuations) {
    return continuations.stream()
        .map(tokens -> Arrays.toString(tokens).replaceAll("[\\[\\],]", ""))
        .toList();
  }
}
