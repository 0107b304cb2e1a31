package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.glue.LabelMap;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelledExamplesTest {
  private static final LabelMap SWAPPED =
      new LabelMap(List.of("positive", "negative"), List.of(1, 0), "by name");

  private final List<String> tokenized = new ArrayList<>();

  /** A text's length as its only token. */
  private final Tokenizer tokenizer =
      new Tokenizer() {
        @Override
        public TokenSequence encode(String first, String second, int maxLength) {
          tokenized.add(first);
          return new TokenSequence(new int[] {first.length()}, new int[1]);
        }

        @Override
        public String decode(int... ids) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int vocabularySize() {
          return 100;
        }

        @Override
        public void close() {}
      };

  private LabelledExamples examples(double... labels) {
    List<GlueExample> examples =
        IntStream.range(0, labels.length)
            .mapToObj(i -> new GlueExample(i, "x".repeat(i), null, labels[i]))
            .toList();
    GlueDataset dataset =
        new GlueDataset(
            GlueTasks.official().get("sst2"), Split.TRAIN, "train.tsv", examples, 0, false, "hash");
    return LabelledExamples.of(dataset, tokenizer, SWAPPED, 8);
  }

  @Test
  void onlyWhatIsAskedForIsTokenizedAndOnlyOnce() {
    LabelledExamples all = examples(0, 1, 1, 0);
    assertEquals(4, all.size());
    assertArrayEquals(new double[] {1, 0, 0, 1}, all.targets());
    assertTrue(tokenized.isEmpty(), tokenized::toString);
    LabelledExamples two = all.subset(new int[] {3, 1});
    assertEquals(List.of("xxx", "x"), tokenized);
    assertEquals(3, two.sequences().get(0).ids()[0]);
    assertArrayEquals(new double[] {1, 0}, two.targets());
    all.sequences().forEach(sequence -> assertEquals(1, sequence.length()));
    assertEquals(List.of("xxx", "x", "", "xx"), tokenized);
  }

  @Test
  void examplesWithoutLabelsAreRefused() {
    InputException e = assertThrows(InputException.class, () -> examples(0, Double.NaN));
    assertTrue(e.getMessage().contains("train.tsv"), e.getMessage());
  }
}
