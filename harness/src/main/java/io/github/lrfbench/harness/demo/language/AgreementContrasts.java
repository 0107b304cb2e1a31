package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Contrast.Weighted;
import java.util.List;

/** Minimal pairs about number and gender: what must agree with what, across words between. */
final class AgreementContrasts {
  private static final Lexicon LEXICON = Lexicon.get();

  private AgreementContrasts() {}

  static List<Weighted> all() {
    return List.of(
        new Weighted(3, AgreementContrasts::subjectAndVerb),
        new Weighted(3, AgreementContrasts::determinerAndNoun),
        new Weighted(2, AgreementContrasts::reflexive),
        new Weighted(1, AgreementContrasts::coordination),
        new Weighted(2, AgreementContrasts::thereIs));
  }

  private static Contrast subjectAndVerb(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> true);
    boolean plural = random.chance(50);
    NounPhrase subject = Phrases.subject(random, verb, plural);
    if (random.chance(50)) {
      subject = Phrases.distracted(random, subject);
    }
    int form = random.below(3);
    String rest = Phrases.complement(random, verb);
    return Contrast.statement(
        Words.of(subject.text(), present(verb, form, plural), rest),
        Words.of(subject.text(), present(verb, form, !plural), rest));
  }

  private static String present(Verb verb, int form, boolean plural) {
    return switch (form) {
      case 0 -> verb.present(plural);
      case 1 -> (plural ? "are " : "is ") + verb.gerund();
      default -> (plural ? "have " : "has ") + verb.participle();
    };
  }

  private static Contrast determinerAndNoun(SplitMix64 random) {
    boolean plural = random.chance(50);
    String determiner =
        plural
            ? random.any("these", "those", "many", "few", "several", "most", "both", "three")
            : random.any("this", "that", "every", "each", "another", "one");
    Verb verb = Phrases.verb(random, Verb::takesObject);
    boolean ofSubject = random.chance(50);
    Noun noun = random.pickEarly(LEXICON.nouns().of(ofSubject ? verb.subjects() : verb.objects()));
    String adjective = random.chance(50) ? LEXICON.adjectiveFor(noun, random).word() : "";
    Words good = Words.of(determiner, adjective, noun.form(plural));
    Words bad = Words.of(determiner, adjective, noun.form(!plural));
    if (ofSubject) {
      Words rest = Words.of(verb.past(), Phrases.complement(random, verb));
      return Contrast.statement(good.add(rest), bad.add(rest));
    }
    NounPhrase subject = Phrases.subject(random, verb);
    String adverb = Phrases.adverbial(random, "time");
    Words start = Words.of(subject.text(), verb.past(), verb.preposition());
    return Contrast.statement(
        new Words().add(start).add(good).add(adverb), new Words().add(start).add(bad).add(adverb));
  }

  private static Contrast reflexive(SplitMix64 random) {
    Verb verb = Phrases.verb(random, Verb::isReflexive);
    NounPhrase subject = Phrases.subject(random, verb);
    NounPhrase whole = subject;
    if (random.chance(60)) {
      whole = Phrases.distracted(random, subject);
    }
    List<String> right =
        subject.plural() ? List.of(Gender.PLURAL_REFLEXIVE) : subject.gender().reflexives();
    List<String> wrong =
        List.of("himself", "herself", "itself", Gender.PLURAL_REFLEXIVE).stream()
            .filter(pronoun -> !right.contains(pronoun))
            .toList();
    String adverb = random.chance(40) ? Phrases.adverbial(random, "time") : "";
    return Contrast.statement(
        Words.of(whole.text(), verb.past(), random.pick(right), adverb),
        Words.of(whole.text(), verb.past(), random.pick(wrong), adverb));
  }

  private static Contrast coordination(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.subjects().contains("person"));
    String first = Phrases.subject(random, verb, false).text();
    String second = Phrases.name(random).text();
    boolean both = random.chance(50);
    String subject = both ? first + " and " + second : "neither " + first + " nor " + second;
    String rest = verb.gerund() + " " + Phrases.complement(random, verb);
    return Contrast.statement(
        Words.of(subject, both ? "are" : "is", rest.strip()),
        Words.of(subject, both ? "is" : "are", rest.strip()));
  }

  private static Contrast thereIs(SplitMix64 random) {
    Noun noun = random.pickEarly(LEXICON.nouns().all());
    boolean plural = random.chance(50);
    String adjective = random.chance(60) ? LEXICON.adjectiveFor(noun, random).word() : "";
    Words subject =
        Words.of(plural ? random.any("some", "many", "two") : "a", adjective, noun.form(plural));
    String place = Phrases.adverbial(random, "place");
    boolean past = random.chance(50);
    String singularForm = past ? "was" : "is";
    String pluralForm = past ? "were" : "are";
    return Contrast.statement(
        Words.of("there", plural ? pluralForm : singularForm).add(subject).add(place),
        Words.of("there", plural ? singularForm : pluralForm).add(subject).add(place));
  }
}
