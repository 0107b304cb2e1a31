package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Contrast.Weighted;
import java.util.List;
import java.util.Set;

/** Minimal pairs about what single words demand of their surroundings. */
final class LexicalContrasts {
  private static final Lexicon LEXICON = Lexicon.get();
  private static final Set<String> PERSON = Set.of("person");
  private static final Set<String> ANIMATE = Set.of("person", "animal");

  private LexicalContrasts() {}

  static List<Weighted> all() {
    return List.of(
        new Weighted(2, LexicalContrasts::valency),
        new Weighted(2, LexicalContrasts::selectedObject),
        new Weighted(1, LexicalContrasts::selectedSubject),
        new Weighted(1, LexicalContrasts::selectedAdjective),
        new Weighted(2, LexicalContrasts::preposition),
        new Weighted(1, LexicalContrasts::relativePronoun),
        new Weighted(1, LexicalContrasts::polarityItem),
        new Weighted(2, LexicalContrasts::tense));
  }

  private static Contrast valency(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.isStrict() && v.preposition().isEmpty());
    String subject = Phrases.subject(random, verb).text();
    String end = Phrases.adverbial(random, random.any("place", "time"));
    if (verb.takesObject()) {
      String object = Phrases.object(random, verb).text();
      return Contrast.statement(
          Words.of(subject, verb.past(), object, end), Words.of(subject, verb.past(), end));
    }
    Noun noun = random.pickEarly(LEXICON.nouns().all());
    String object = Phrases.phrase(random, noun, random.chance(50)).text();
    return Contrast.statement(
        Words.of(subject, verb.past(), end), Words.of(subject, verb.past(), object, end));
  }

  private static Contrast selectedObject(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.isSelective() && v.takesObject());
    boolean plural = random.chance(50);
    Noun right = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    Noun wrong = random.pickEarly(LEXICON.nouns().outside(verb.objects()));
    Words start = Words.of(Phrases.subject(random, verb).text(), verb.past());
    String determiner =
        random.pick(plural ? Phrases.PLURAL_DETERMINERS : Phrases.SINGULAR_DETERMINERS);
    start.add(determiner);
    return Contrast.statement(
        new Words().add(start).add(right.form(plural)),
        new Words().add(start).add(wrong.form(plural)));
  }

  private static Contrast selectedSubject(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.subjects().contains("person"));
    boolean plural = random.chance(50);
    NounPhrase right = Phrases.subject(random, verb, plural);
    Noun thing = random.pickEarly(LEXICON.nouns().outside(ANIMATE));
    NounPhrase wrong = Phrases.phrase(random, thing, plural);
    String rest = Phrases.complement(random, verb);
    return Contrast.statement(
        Words.of(right.text(), verb.past(), rest), Words.of(wrong.text(), verb.past(), rest));
  }

  private static Contrast selectedAdjective(SplitMix64 random) {
    Noun person = random.pickEarly(LEXICON.nouns().of(PERSON));
    Noun thing = random.pickEarly(LEXICON.nouns().outside(ANIMATE));
    Adjective adjective =
        random.pick(
            LEXICON.adjectives().stream().filter(a -> a.fits(person) && !a.fits(thing)).toList());
    boolean plural = random.chance(50);
    Words end =
        Words.of(
            plural ? "were" : "was", random.any("very", "quite", "often", ""), adjective.word());
    return Contrast.statement(
        Words.of(Phrases.phrase(random, person, plural).text()).add(end),
        Words.of(Phrases.phrase(random, thing, plural).text()).add(end));
  }

  private static Contrast preposition(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.remarks().contains("not"));
    List<String> never =
        verb.remarks().stream().filter(remark -> !remark.equals("not")).sorted().toList();
    String subject = Phrases.subject(random, verb).text();
    String object = Phrases.object(random, verb).text();
    return Contrast.statement(
        Words.of(subject, verb.past(), verb.preposition(), object),
        Words.of(subject, verb.past(), random.pick(never), object));
  }

  private static Contrast relativePronoun(SplitMix64 random) {
    boolean person = random.chance(50);
    Noun head =
        random.pickEarly(person ? LEXICON.nouns().of(PERSON) : LEXICON.nouns().outside(ANIMATE));
    boolean plural = random.chance(50);
    NounPhrase phrase = Phrases.phrase(random, head, plural);
    String right = person ? "who" : "which";
    String wrong = person ? "which" : "who";
    String place = Phrases.adverbial(random, "place");
    Words end = Words.of(plural ? "were" : "was", place, phrase.choose("is", "are"));
    String adjective = LEXICON.adjectiveFor(head, random).word();
    return Contrast.statement(
        Words.of(phrase.text(), right).add(end).add(adjective),
        Words.of(phrase.text(), wrong).add(end).add(adjective));
  }

  private static Contrast polarityItem(SplitMix64 random) {
    Verb verb = Phrases.verb(random, Verb::takesObject);
    Noun subject = random.pickEarly(LEXICON.nouns().of(verb.subjects()));
    if (random.chance(50)) {
      String rest = "have ever " + verb.participle() + " " + Phrases.complement(random, verb);
      return Contrast.statement(
          Words.of(random.any("no", "few"), subject.plural(), rest),
          Words.of(random.any("some", "many", "most", "the"), subject.plural(), rest));
    }
    Noun object = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    NounPhrase phrase = Phrases.phrase(random, subject, random.chance(50));
    String rest =
        verb.preposition() + (verb.preposition().isEmpty() ? "any " : " any ") + object.plural();
    return Contrast.statement(
        Words.of(phrase.text(), "did", random.any("not", "never"), verb.base(), rest),
        Words.of(phrase.text(), random.any("did", "will", "must"), verb.base(), rest));
  }

  private static Contrast tense(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> !v.base().equals(v.past()));
    Words subject = Words.of(Phrases.subject(random, verb).text());
    String rest = Phrases.complement(random, verb);
    Words past = new Words().add(subject).add(verb.past(), rest);
    Words future = new Words().add(subject).add("will", verb.base(), rest);
    boolean isPast = random.chance(50);
    String time = Phrases.adverbial(random, isPast ? "past" : "future");
    Words good = isPast ? past : future;
    Words bad = isPast ? future : past;
    if (random.chance(50)) {
      return Contrast.statement(Words.of(time, ",").add(good), Words.of(time, ",").add(bad));
    }
    return Contrast.statement(good.add(time), bad.add(time));
  }
}
