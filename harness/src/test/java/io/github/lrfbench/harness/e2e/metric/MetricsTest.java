package io.github.lrfbench.harness.e2e.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final double EXACT = 1e-12;

  /** Worked through with the official script on tokens separated by spaces. */
  private static final List<Segment> WORKED =
      List.of(
          segment("the cat sat on the mat", "the cat is on the mat", "there is a cat on the mat"),
          segment(
              "a dog runs in the park", "a dog runs in a park", "the dog is running in the park"));

  @Test
  void workedCase() {
    assertEquals(0.497199, Bleu.of(WORKED), 5e-7);
    assertEquals(3.943280, Nist.of(WORKED), 5e-7);
    assertEquals(0.833333, RougeL.of(WORKED.get(0)), 5e-7);
    assertEquals(0.833333, RougeL.of(WORKED.get(1)), 5e-7);
    assertEquals(3.795394, Cider.perSegment(WORKED).get(0), 5e-7);
    assertEquals(4.692029, Cider.perSegment(WORKED).get(1), 5e-7);
    assertEquals(4.243712, Cider.of(WORKED), 5e-7);
  }

  @Test
  void aReferenceIsPerfect() {
    List<Segment> perfect =
        List.of(
            segment("a b c d e f", "x y", "a b c d e f"), segment("g h i j k", "g h i j k", "g h"));
    assertEquals(1, Bleu.of(perfect), EXACT);
    assertEquals(1, RougeL.of(perfect), EXACT);
    List<Segment> alone =
        List.of(segment("a b c d e f", "a b c d e f"), segment("g h i j k", "g h i j k"));
    assertEquals(10, Cider.of(alone), 1e-9);
  }

  @Test
  void nothingGeneratedOrNothingRight() {
    List<Segment> empty = List.of(segment("", "a b c"), segment("", "d e"));
    List<Segment> wrong = List.of(segment("x y z w v", "a b c d"), segment("u", "d e"));
    for (List<Segment> segments : List.of(empty, wrong)) {
      assertEquals(0, Bleu.of(segments), 1e-12);
      assertEquals(0, Nist.of(segments), EXACT);
      assertEquals(0, RougeL.of(segments), EXACT);
      assertEquals(0, Cider.of(segments), EXACT);
    }
  }

  @Test
  void repetitionDoesNotPay() {
    double once = Bleu.of(List.of(segment("the cat is here", "the cat is here")));
    double twice = Bleu.of(List.of(segment("the cat is here the cat is here", "the cat is here")));
    assertEquals(1, once, EXACT);
    // 4 of 8 tokens, 3 of 7 pairs, 2 of 6 triples and 1 of 5 fours are right.
    assertEquals(Math.pow(4.0 / 8 * 3 / 7 * 2 / 6 * 1 / 5, 0.25), twice, EXACT);
  }

  @Test
  void brevityIsPenalizedByTheClosestReference() {
    double bleu = Bleu.of(List.of(segment("a b c d", "a b c d e", "a b c d e f g h", "a b c")));
    // Lengths 5 and 3 are equally close; the shorter one counts, so that there is no penalty.
    assertEquals(1, bleu, EXACT);
    assertEquals(Math.exp(1 - 5.0 / 4), Bleu.of(List.of(segment("a b c d", "a b c d e"))), EXACT);
  }

  @Test
  void oneSegmentHasNoIdf() {
    assertEquals(0, Cider.of(WORKED.subList(0, 1)), EXACT);
  }

  @Test
  void segmentsNeedReferences() {
    assertThrows(IllegalArgumentException.class, () -> new Segment(List.of("a"), List.of()));
    assertTrue(Double.isNaN(Cider.of(List.of())));
  }

  private static Segment segment(String hypothesis, String... references) {
    return new Segment(
        tokens(hypothesis), Arrays.stream(references).map(MetricsTest::tokens).toList());
  }

  private static List<String> tokens(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" "));
  }
}
