package io.github.lrfbench.harness.demo.language;

import java.util.List;
import java.util.function.Predicate;

/** Draws phrases and simple clauses that are well formed. */
final class Phrases {
  static final List<String> SINGULAR_DETERMINERS = List.of("the", "a", "this", "that", "every");
  static final List<String> PLURAL_DETERMINERS = List.of("the", "these", "those", "some", "many");

  private static final Lexicon LEXICON = Lexicon.get();

  private Phrases() {}

  static NounPhrase phrase(SplitMix64 random, Noun noun, boolean plural) {
    String determiner = random.pickEarly(plural ? PLURAL_DETERMINERS : SINGULAR_DETERMINERS);
    String adjective = random.chance(35) ? LEXICON.adjectiveFor(noun, random).word() + " " : "";
    return new NounPhrase(determiner + " " + adjective + noun.form(plural), plural, noun.gender());
  }

  static NounPhrase name(SplitMix64 random) {
    Name name = random.pick(LEXICON.names());
    return new NounPhrase(name.text(), false, name.gender());
  }

  /** A phrase of a common noun that can be the verb's subject. */
  static NounPhrase subject(SplitMix64 random, Verb verb, boolean plural) {
    return phrase(random, random.pickEarly(LEXICON.nouns().of(verb.subjects())), plural);
  }

  /** A phrase that can be the verb's subject, of any number, now and then a name. */
  static NounPhrase subject(SplitMix64 random, Verb verb) {
    if (verb.subjects().contains("person") && random.chance(20)) {
      return name(random);
    }
    return subject(random, verb, random.chance(50));
  }

  /** A phrase that can be the verb's object, without its preposition. */
  static NounPhrase object(SplitMix64 random, Verb verb) {
    Noun noun = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    return phrase(random, noun, random.chance(50));
  }

  /** The verb's preposition and object; empty if it takes none. */
  static String complement(SplitMix64 random, Verb verb) {
    if (!verb.takesObject()) {
      return "";
    }
    String gap = verb.preposition().isEmpty() ? "" : " ";
    return verb.preposition() + gap + object(random, verb).text();
  }

  /** A verb of which the condition is true; there must be one. */
  static Verb verb(SplitMix64 random, Predicate<Verb> condition) {
    Verb verb = random.pick(LEXICON.verbs().all());
    while (!condition.test(verb)) {
      verb = random.pick(LEXICON.verbs().all());
    }
    return verb;
  }

  static String adverbial(SplitMix64 random, String kind) {
    return random.pick(LEXICON.adverbials(kind)).text();
  }

  /**
   * A phrase with a modifier behind its noun that holds another noun, often of the other number.
   */
  static NounPhrase distracted(SplitMix64 random, NounPhrase phrase) {
    boolean plural = random.chance(70) != phrase.plural();
    Noun noun = random.pickEarly(LEXICON.nouns().all());
    if (random.chance(45)) {
      String preposition = random.any("near", "behind", "beside", "with", "in front of");
      return phrase.with(preposition + " " + phrase(random, noun, plural).text());
    }
    Verb verb = verb(random, v -> v.isPlainTransitive() && v.subjects().contains("person"));
    if (random.chance(50)) {
      Noun object = random.pickEarly(LEXICON.nouns().of(verb.objects()));
      return phrase.with("that " + verb.past() + " " + phrase(random, object, plural).text());
    }
    Noun person = random.pickEarly(LEXICON.nouns().of(verb.subjects()));
    return phrase.with("that " + phrase(random, person, plural).text() + " " + verb.past());
  }

  /** A whole clause in the past tense. */
  static Words pastClause(SplitMix64 random) {
    Verb verb = verb(random, v -> true);
    return Words.of(subject(random, verb).text(), verb.past(), complement(random, verb));
  }
}
