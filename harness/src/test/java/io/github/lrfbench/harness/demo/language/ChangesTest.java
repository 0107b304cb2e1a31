package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.demo.language.Change.Relation;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private static final Lexicon LEXICON = Lexicon.get();

  private final SplitMix64 random = new SplitMix64(6);

  @Test
  void nounsRelateAsSaid() {
    Set<Relation> seen = EnumSet.noneOf(Relation.class);
    for (Noun old : LEXICON.nouns().all()) {
      for (int i = 0; i < 20; i++) {
        Change<Noun> change = Changes.noun(random, old, Set.of("person", "animal", "tool"));
        Noun word = change.word();
        seen.add(change.relation());
        switch (change.relation()) {
          case SAME -> assertTrue(word.isA(old) && old.isA(word));
          case WEAKER -> assertTrue(old.isA(word) && !word.isA(old));
          case STRONGER -> assertTrue(word.isA(old) && !old.isA(word));
          case BESIDE, UNRELATED -> assertFalse(word.isA(old) || old.isA(word));
        }
      }
    }
    assertEquals(EnumSet.allOf(Relation.class), seen);
  }

  @Test
  void verbsKeepTheirFrames() {
    Set<Relation> seen = EnumSet.noneOf(Relation.class);
    for (int i = 0; i < 5000; i++) {
      Statement statement =
          Statement.next(random, Quantity.next(random), Quantity.of(Quantity.Kind.A));
      Change<Verb> change =
          Changes.verb(random, statement.verb, statement.subject, statement.object);
      Verb verb = change.word();
      seen.add(change.relation());
      assertTrue(verb.subjects().contains(statement.subject.root()));
      assertTrue(verb.objects().contains(statement.object.root()));
      switch (change.relation()) {
        case SAME -> assertEquals(statement.verb.sense(), verb.sense());
        case WEAKER -> assertEquals(statement.verb.implied(), verb);
        case STRONGER -> assertEquals(statement.verb.sense(), verb.implied().sense());
        case BESIDE, UNRELATED -> assertNotEquals(statement.verb.sense(), verb.sense());
      }
    }
    assertEquals(EnumSet.complementOf(EnumSet.of(Relation.BESIDE)), seen);
  }

  @Test
  void adjectivesOfOneScaleExcludeOneAnother() {
    Noun noun = LEXICON.nouns().all().get(0);
    for (int i = 0; i < 2000; i++) {
      Adjective old = LEXICON.adjectiveFor(noun, random);
      Change<Adjective> change = Changes.adjective(random, old, noun);
      switch (change.relation()) {
        case WEAKER -> assertEquals(null, change.word());
        case SAME -> assertEquals(old.sense(), change.word().sense());
        default -> {
          assertEquals(Relation.BESIDE, change.relation());
          assertEquals(old.scale(), change.word().scale());
          assertNotEquals(old.sense(), change.word().sense());
        }
      }
      assertEquals(Relation.STRONGER, Changes.adjective(random, null, noun).relation());
    }
  }

  @Test
  void adverbialsRelateAsSaid() {
    for (int i = 0; i < 2000; i++) {
      Adverbial old = random.pick(LEXICON.adverbials("place"));
      Change<Adverbial> change = Changes.adverbial(random, old, "place");
      switch (change.relation()) {
        case WEAKER -> assertEquals(null, change.word());
        case SAME -> assertEquals(old.sense(), change.word().sense());
        default -> assertNotEquals(old.sense(), change.word().sense());
      }
      assertEquals(Relation.STRONGER, Changes.adverbial(random, null, "place").relation());
    }
  }
}
