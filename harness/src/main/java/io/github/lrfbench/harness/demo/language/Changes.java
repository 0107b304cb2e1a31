package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Change.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Draws a word in the place of another, with the relation of their meanings. */
final class Changes {
  private static final Lexicon LEXICON = Lexicon.get();

  private Changes() {}

  /** Another noun that keeps the verb's frame; the old one where there is none of a kind. */
  static Change<Noun> noun(SplitMix64 random, Noun old, Set<String> roots) {
    Nouns nouns = LEXICON.nouns();
    return switch (random.below(5)) {
      case 0 -> pick(random, nouns.synonyms(old), old, Relation.SAME);
      case 1 -> pick(random, nouns.hypernyms(old), old, Relation.WEAKER);
      case 2 -> pick(random, nouns.hyponyms(old), old, Relation.STRONGER);
      case 3 -> pick(random, nouns.siblings(old), old, Relation.BESIDE);
      default -> {
        Noun other = random.pick(nouns.of(roots));
        boolean apart = !other.isA(old) && !old.isA(other) && other.parent() != old.parent();
        yield apart ? new Change<>(other, Relation.UNRELATED) : new Change<>(old, Relation.SAME);
      }
    };
  }

  /** Another verb for the same subject and object. */
  static Change<Verb> verb(SplitMix64 random, Verb old, Noun subject, Noun object) {
    Verbs verbs = LEXICON.verbs();
    Change<Verb> change =
        switch (random.below(4)) {
          case 0 -> pick(random, verbs.synonyms(old), old, Relation.SAME);
          case 1 -> pick(random, Verbs.implied(old), old, Relation.WEAKER);
          case 2 -> pick(random, verbs.implying(old), old, Relation.STRONGER);
          default ->
              new Change<>(Phrases.verb(random, verb -> !related(verb, old)), Relation.UNRELATED);
        };
    Verb verb = change.word();
    boolean fits =
        verb.isPlainTransitive()
            && verb.subjects().contains(subject.root())
            && verb.objects().contains(object.root());
    return fits ? change : new Change<>(old, Relation.SAME);
  }

  private static boolean related(Verb a, Verb b) {
    return a.sense() == b.sense()
        || (a.implied() != null && a.implied().sense() == b.sense())
        || (b.implied() != null && b.implied().sense() == a.sense());
  }

  /** An adjective dropped, added or replaced; {@code old} is null where there is none. */
  static Change<Adjective> adjective(SplitMix64 random, Adjective old, Noun noun) {
    if (old == null) {
      return new Change<>(LEXICON.adjectiveFor(noun, random), Relation.STRONGER);
    }
    List<Adjective> scale =
        LEXICON.adjectives().stream().filter(other -> other.scale() == old.scale()).toList();
    return switch (random.below(3)) {
      case 0 -> new Change<>(null, Relation.WEAKER);
      case 1 ->
          pick(
              random,
              scale.stream()
                  .filter(other -> other.sense() == old.sense() && !other.equals(old))
                  .toList(),
              old,
              Relation.SAME);
      default ->
          pick(
              random,
              scale.stream().filter(other -> other.sense() != old.sense()).toList(),
              old,
              Relation.BESIDE);
    };
  }

  /** An adverbial dropped, added or replaced; {@code old} is null where there is none. */
  static Change<Adverbial> adverbial(SplitMix64 random, Adverbial old, String kind) {
    List<Adverbial> all = LEXICON.adverbials(kind);
    if (old == null) {
      return new Change<>(random.pick(all), Relation.STRONGER);
    }
    List<Adverbial> synonyms = new ArrayList<>(all);
    synonyms.removeIf(other -> other.sense() != old.sense() || other.equals(old));
    return switch (random.below(3)) {
      case 0 -> new Change<>(null, Relation.WEAKER);
      case 1 -> pick(random, synonyms, old, Relation.SAME);
      default ->
          pick(
              random,
              all.stream().filter(other -> other.sense() != old.sense()).toList(),
              old,
              Relation.BESIDE);
    };
  }

  private static <T> Change<T> pick(SplitMix64 random, List<T> choices, T old, Relation relation) {
    if (choices.isEmpty()) {
      return new Change<>(old, Relation.SAME);
    }
    return new Change<>(random.pick(choices), relation);
  }
}
