package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SentimentGrammarTest {
  private static final Pattern PREDICATE =
      Pattern.compile("the ([a-z]+) (is|are|was|were|seems?)( [a-z ]+)? ([a-z]+)");
  private static final Pattern NEGATION =
      Pattern.compile(" (not|never|hardly|scarcely|rarely|far from|anything but|by no means)\\b.*");

  private static final Lexicon LEXICON = Lexicon.get();

  /** Reads a plain predicate by another route than the grammar made it. */
  private static boolean judge(String clause) {
    Matcher matcher = PREDICATE.matcher(clause);
    assertTrue(matcher.matches(), clause);
    boolean favourable = LEXICON.opinions("adjective+").contains(matcher.group(4));
    assertTrue(favourable || LEXICON.opinions("adjective-").contains(matcher.group(4)), clause);
    String adverb = matcher.group(3);
    boolean negated = adverb != null && NEGATION.matcher(adverb).matches();
    return favourable != negated;
  }

  private static void check(Pattern form, int mainClause, int atLeast) {
    SplitMix64 random = new SplitMix64(4);
    Grammar grammar = Grammars.sentiment();
    int checked = 0;
    for (int i = 0; i < 20_000; i++) {
      Sample sample = grammar.next(random).get(0);
      Matcher matcher = form.matcher(sample.texts().get(0));
      if (matcher.matches()) {
        String clause = matcher.group(mainClause);
        assertEquals(judge(clause) ? "1" : "0", sample.label(), sample.texts().get(0));
        checked++;
      }
    }
    assertTrue(checked >= atLeast, "checked only " + checked);
  }

  private static final String CLAUSE =
      "(the [a-z]+ (?:is|are|was|were|seems?) (?!full|free|never full|short|rich|never short|never free|bound)(?:(?!because|and|but|despite|although|though|even if|yet)[a-z]+ ?)+?)";

  @Test
  void aSingleClauseIsJudgedByItsAdjectiveAndItsNegation() {
    check(Pattern.compile(CLAUSE + " \\. "), 1, 1000);
  }

  @Test
  void theClauseAfterButDecides() {
    check(Pattern.compile(".* (?:but in the end|but|yet) " + CLAUSE + " \\. "), 1, 500);
  }

  @Test
  void theMainClauseDecidesBeforeAConcession() {
    check(Pattern.compile(CLAUSE + " (?:although|though|even if|despite) .*"), 1, 300);
  }

  @Test
  void aReverserTurnsTheJudgementRound() {
    Opinion opinion = new Opinion(Words.of("the plot is dull"), false);
    assertTrue(opinion.behind("i doubt that", true).favourable());
    assertEquals(
        "i doubt that the plot is dull", opinion.behind("i doubt that", true).words().spaced());
  }

  @Test
  void textsAreLaidOutAsTokens() {
    SplitMix64 random = new SplitMix64(5);
    for (int i = 0; i < 1000; i++) {
      List<String> texts = Grammars.sentiment().next(random).get(0).texts();
      assertEquals(1, texts.size());
      assertTrue(texts.get(0).matches("[a-z ,;]+ \\. "), texts.get(0));
    }
  }
}
