package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AcceptabilityGrammarTest {
  private static final Pattern DOUBLED =
      Pattern.compile("\\b(the|a|these|in|on|at|is|are|was) \\1\\b");
  private static final Pattern WRONG_NUMBER =
      Pattern.compile("^(these|those|many|few) [a-z]+ (is|was|has)\\b");
  private static final Pattern WRONG_ARTICLE =
      Pattern.compile("\\ba (?!unicorn)[aeio][a-z]+|\\ban (?!honest|hour)[bcdfghjklmnpqrstvwxyz]");

  private static Stream<Contrast.Construction> constructions() {
    return Stream.of(AgreementContrasts.all(), StructureContrasts.all(), LexicalContrasts.all())
        .flatMap(List::stream)
        .map(Contrast.Weighted::construction);
  }

  @Test
  void thePartsOfAContrastDiffer() {
    SplitMix64 random = new SplitMix64(1);
    constructions()
        .forEach(
            construction -> {
              for (int i = 0; i < 200; i++) {
                Contrast contrast = construction.next(random);
                assertNotEquals(contrast.good().spaced(), contrast.bad().spaced());
              }
            });
  }

  @Test
  void wellFormedSentencesBreakNoneOfTheRulesThatSpellingShows() {
    SplitMix64 random = new SplitMix64(2);
    constructions()
        .forEach(
            construction -> {
              for (int i = 0; i < 200; i++) {
                String good = construction.next(random).good().spaced();
                assertFalse(DOUBLED.matcher(good).find(), good);
                assertFalse(WRONG_NUMBER.matcher(good).find(), good);
                assertFalse(WRONG_ARTICLE.matcher(good).find(), good);
              }
            });
  }

  @Test
  void bothLabelsAreAsFrequent() {
    Grammar grammar = Grammars.acceptability();
    SplitMix64 random = new SplitMix64(3);
    int acceptable = 0;
    for (int i = 0; i < 2000; i++) {
      List<Sample> pair = grammar.next(random);
      assertEquals(2, pair.size());
      assertNotEquals(pair.get(0).label(), pair.get(1).label());
      Sample sample = pair.get(0);
      assertEquals(1, sample.texts().size());
      String text = sample.texts().get(0);
      assertTrue(text.matches("[A-Z][A-Za-z ,]*[.?]"), text);
      acceptable += sample.label().equals("1") ? 1 : 0;
    }
    assertEquals(1000, acceptable, 100);
  }
}
