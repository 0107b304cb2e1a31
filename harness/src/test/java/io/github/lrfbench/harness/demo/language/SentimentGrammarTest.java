package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SentimentGrammarTest {
  private static final Set<String> COPULAS = Set.of("is", "are", "was", "were", "seem", "seems");
  private static final Pattern NEGATION =
      Pattern.compile("(not|never|hardly|scarcely|rarely|far from|anything but|by no means)\\b.*");
  private static final Pattern CONJUNCTION =
      Pattern.compile("[;,]|\\b(and|but|yet|although|though|if|while|because|despite|for all)\\b");

  private static final Lexicon LEXICON = Lexicon.get();

  /**
   * Reads "the plot is not dull" by another route than the grammar made it; empty if it is other.
   */
  private static Optional<Boolean> judge(String clause) {
    List<String> words = List.of(clause.split(" "));
    int last = words.size() - 1;
    boolean predicate = last >= 3 && words.get(0).equals("the") && COPULAS.contains(words.get(2));
    boolean favourable = LEXICON.opinions("adjective+").contains(words.get(last));
    if (!predicate || !(favourable || LEXICON.opinions("adjective-").contains(words.get(last)))) {
      return Optional.empty();
    }
    String adverb = String.join(" ", words.subList(3, last));
    return Optional.of(favourable != NEGATION.matcher(adverb).matches());
  }

  /** Checks the reviews of which {@code mainClause} finds the main clause; it may answer "". */
  private static void check(UnaryOperator<String> mainClause, int atLeast) {
    SplitMix64 random = new SplitMix64(4);
    Grammar grammar = Grammars.sentiment();
    int checked = 0;
    for (int i = 0; i < 20_000; i++) {
      Sample sample = grammar.next(random).get(0);
      String text = sample.texts().get(0).replace(" . ", "");
      Optional<Boolean> favourable = judge(mainClause.apply(text));
      if (favourable.isPresent()) {
        assertEquals(favourable.get() ? "1" : "0", sample.label(), text);
        checked++;
      }
    }
    assertTrue(checked >= atLeast, "checked only " + checked);
  }

  private static String part(String text, String separator, int index) {
    String[] parts = text.split(separator);
    return parts.length == 2 ? parts[index] : "";
  }

  @Test
  void aSingleClauseIsJudgedByItsAdjectiveAndItsNegation() {
    check(text -> CONJUNCTION.matcher(text.replace("anything but", "")).find() ? "" : text, 1000);
  }

  @Test
  void theClauseAfterButDecides() {
    check(text -> part(text, "(?<!anything) (, )?(but in the end|but|yet) ", 1), 500);
  }

  @Test
  void theMainClauseDecidesBeforeAConcession() {
    check(text -> part(text, " (although|though|even if|despite) ", 0), 500);
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
