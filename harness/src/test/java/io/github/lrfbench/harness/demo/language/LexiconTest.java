package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LexiconTest {
  private final Lexicon lexicon = Lexicon.get();
  private final Nouns nouns = lexicon.nouns();
  private final Verbs verbs = lexicon.verbs();

  private Noun noun(String singular) {
    return nouns.all().stream()
        .filter(n -> n.singular().equals(singular))
        .findFirst()
        .orElseThrow();
  }

  private Verb verb(String base) {
    return verbs.where(v -> v.base().equals(base)).get(0);
  }

  private static Set<String> singulars(List<Noun> nouns) {
    return nouns.stream().map(Noun::singular).collect(Collectors.toSet());
  }

  @Test
  void nounsFormATaxonomy() {
    assertTrue(noun("terrier").isA(noun("hound")), "by a synonym of its parent");
    assertTrue(noun("terrier").isA(noun("creature")), "by a synonym of its root");
    assertFalse(noun("dog").isA(noun("terrier")));
    assertEquals("animal", noun("terrier").root());
    assertEquals("animal", noun("creature").root());
    assertEquals(Set.of("hound"), singulars(nouns.synonyms(noun("dog"))));
    assertTrue(singulars(nouns.hyponyms(noun("hound"))).contains("poodle"));
    assertTrue(singulars(nouns.siblings(noun("terrier"))).contains("poodle"));
    assertFalse(singulars(nouns.siblings(noun("dog"))).contains("hound"));
  }

  @Test
  void gendersFollowTheTree() {
    assertEquals(Gender.MASCULINE, noun("king").gender());
    assertEquals(Gender.FEMININE, noun("queen").gender());
    assertEquals(Gender.EITHER, noun("doctor").gender());
    assertEquals(Gender.NEUTER, noun("mare").gender());
    assertEquals("fishermen", noun("fisherman").plural());
    assertEquals(Gender.MASCULINE, noun("fisherman").gender());
  }

  @Test
  void noWordIsListedTwice() {
    Set<String> seen = new HashSet<>();
    nouns.all().forEach(n -> assertTrue(seen.add(n.singular()), n.singular()));
    seen.clear();
    lexicon.adjectives().forEach(a -> assertTrue(seen.add(a.word()), a.word()));
    seen.clear();
    lexicon.names().forEach(n -> assertTrue(seen.add(n.text()), n.text()));
    seen.clear();
    for (String kind : List.of("adjective+", "adjective-")) {
      lexicon.opinions(kind).forEach(word -> assertTrue(seen.add(word), word));
    }
  }

  @Test
  void wordsAreLowerCaseLetters() {
    nouns
        .all()
        .forEach(n -> assertTrue((n.singular() + n.plural()).matches("[a-z]+"), n.singular()));
    verbs
        .all()
        .forEach(v -> assertTrue((v.base() + v.past() + v.gerund()).matches("[a-z]+"), v.base()));
  }

  @Test
  void everyFrameHasNounsForIt() {
    for (Verb verb : verbs.all()) {
      assertFalse(nouns.of(verb.subjects()).isEmpty(), verb.base());
      assertTrue(!verb.takesObject() || !nouns.of(verb.objects()).isEmpty(), verb.base());
    }
    for (Noun noun : nouns.all()) {
      assertTrue(lexicon.adjectives().stream().anyMatch(a -> a.fits(noun)), noun.singular());
    }
  }

  @Test
  void verbsImplyMoreGeneralOnes() {
    assertEquals("eat", verb("devour").implied().base());
    assertTrue(verbs.implying(verb("eat")).contains(verb("devour")));
    assertTrue(verbs.synonyms(verb("repair")).contains(verb("mend")));
    assertEquals("jogging", verb("jog").gerund());
    assertEquals("hidden", verb("hide").participle());
    assertEquals("on", verb("depend").preposition());
    assertTrue(verb("devour").isStrict() && verb("devour").isSelective());
  }

  @Test
  void whatAVerbImpliesFitsWhereverTheVerbDoes() {
    for (Verb verb : verbs.where(v -> v.implied() != null)) {
      assertTrue(verb.implied().subjects().containsAll(verb.subjects()), verb.base());
      boolean bothTransitive = verb.takesObject() && verb.implied().takesObject();
      assertTrue(
          !bothTransitive || verb.implied().objects().containsAll(verb.objects()), verb.base());
    }
  }
}
