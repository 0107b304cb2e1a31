package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Reading sequences token by token gives what reading them whole gives. */
class DecodingTest {
  private static final double TOLERANCE = 1e-4;

  private final SplittableRandom random = new SplittableRandom(1);

  String device() {
    return "cpu";
  }

  interface Body {
    void run(CausalModel model);
  }

  void withModel(Body body) {
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), device)) {
      body.run((CausalModel) golden.model());
    }
  }

  private int[] tokens(int count) {
    return random.ints(count, 0, 100).toArray();
  }

  private static TokenSequence sequence(int[] ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  private static List<TokenSequence> sequences(List<int[]> all) {
    return all.stream().map(DecodingTest::sequence).toList();
  }

  private static int[] append(int[] ids, int next) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = next;
    return longer;
  }

  private static void assertSame(CausalModel model, List<int[]> texts, Tensor actual) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      float[] expected = model.forward(ops, TokenBatch.of(scope, sequences(texts))).toFloats();
      float[] found = actual.toFloats();
      assertEquals(expected.length, found.length);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], TOLERANCE, "logit " + i);
      }
    }
  }

  private List<int[]> step(CausalModel model, Decoding decoding, List<int[]> texts) {
    int[] next = tokens(texts.size());
    List<int[]> longer = new ArrayList<>();
    for (int s = 0; s < next.length; s++) {
      longer.add(append(texts.get(s), next[s]));
    }
    assertSame(model, longer, decoding.next(next));
    return longer;
  }

  private static List<int[]> select(Decoding decoding, List<int[]> texts, int... sources) {
    decoding.select(sources);
    return Arrays.stream(sources).mapToObj(texts::get).toList();
  }

  @Test
  void manyTokensOfSequencesOfDifferentLengths() {
    withModel(
        model -> {
          try (Decoding decoding = new Decoding(model, 3, 24)) {
            List<int[]> texts = List.of(tokens(5), tokens(1), tokens(12));
            assertSame(model, texts, decoding.start(sequences(texts)));
            for (int i = 0; i < 12; i++) {
              texts = step(model, decoding, texts);
            }
            assertEquals(24, decoding.length(2));
            assertThrows(IllegalArgumentException.class, () -> decoding.next(1, 2, 3));
          }
        });
  }

  @Test
  void sequencesSplitSwapAndEnd() {
    withModel(
        model -> {
          try (Decoding decoding = new Decoding(model, 5, 16)) {
            List<int[]> texts = List.of(tokens(7), tokens(3));
            decoding.start(sequences(texts));
            texts = select(decoding, texts, 0, 0, 0, 1, 1);
            texts = step(model, decoding, texts);
            texts = step(model, decoding, texts);
            // The shorter one takes the place of a longer one that others still share.
            texts = select(decoding, texts, 3, 1, 1, 0, 4);
            texts = step(model, decoding, texts);
            texts = select(decoding, texts, 2, 0);
            texts = step(model, decoding, texts);
            texts = select(decoding, texts, 1, 1, 0, 1);
            for (int i = 0; i < 4; i++) {
              texts = step(model, decoding, texts);
            }
            assertThrows(IllegalArgumentException.class, () -> decoding.select(4));
            texts = List.of(tokens(4));
            assertSame(model, texts, decoding.start(sequences(texts)));
            step(model, decoding, texts);
          }
        });
  }

  @Test
  void whatHasNoRoomIsRefused() {
    withModel(
        model -> {
          assertThrows(IllegalArgumentException.class, () -> new Decoding(model, 1, 41));
          try (Decoding decoding = new Decoding(model, 1, 4)) {
            List<TokenSequence> tooLong = List.of(sequence(tokens(5)));
            List<TokenSequence> tooMany = List.of(sequence(tokens(1)), sequence(tokens(1)));
            assertThrows(IllegalArgumentException.class, () -> decoding.start(tooLong));
            assertThrows(IllegalArgumentException.class, () -> decoding.start(tooMany));
          }
        });
  }
}
