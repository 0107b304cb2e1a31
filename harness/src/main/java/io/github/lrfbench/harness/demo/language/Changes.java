package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Change.Relation;
import java.util.ArrayList;
import java.util.List;

/** Draws a word in the place of another, with the relation of their meanings. */
final class Changes {
  private static final Lexicon LEXICON = Lexicon.get();

  private Changes() {}

  /** Another noun that keeps the verb's frame; the old one stays where none of a kind is known. */
  static Change<Noun> noun(SplitMix64 random, Noun old, java.util.Set<String> roots) {
    Nouns nouns = LEXICON.nouns();
    return switch (random.below(5)) {
      case 0 -> pick(random, nouns.synonyms(old), old, Relation.SAME);
      case 1 ->
          pick(
              random,
              old.parent() == null ? List.of() : List.of(old.parent()),
              old,
              Relation.WEAKER);
      case 2 -> pick(random, nouns.hyponyms(old), old, Relation.STRONGER);
      case 3 -> pick(random, within(nouns.siblings(old), roots), old, Relation.BESIDE);
      default ->
          pick(
              random,
              nouns.of(roots).stream()
                  .filter(noun -> !noun.isA(old) && !old.isA(noun) && noun.parent() != old.parent())
                  .toList(),
              old,
              Relation.UNRELATED);
    };
  }

  private static List<Noun> within(List<Noun> nouns, java.util.Set<String> roots) {
    return nouns.stream().filter(noun -> roots.contains(noun.root())).toList();
  }

  /** Another verb for the same subject and object. */
  static Change<Verb> verb(SplitMix64 random, Verb old, Noun subject, Noun object) {
    Verbs verbs = LEXICON.verbs();
    Change<Verb> change =
        switch (random.below(4)) {
          case 0 -> pick(random, verbs.synonyms(old), old, Relation.SAME);
          case 1 ->
              pick(
                  random,
                  old.implied() == null ? List.of() : List.of(old.implied()),
                  old,
                  Relation.WEAKER);
          case 2 -> pick(random, verbs.implying(old), old, Relation.STRONGER);
          default ->
              pick(random, verbs.where(verb -> !related(verb, old)), old, Relation.UNRELATED);
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
