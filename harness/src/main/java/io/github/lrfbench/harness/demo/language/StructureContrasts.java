package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Contrast.Weighted;
import java.util.ArrayList;
import java.util.List;

/** Minimal pairs about structure: order, missing and doubled words, verb forms, questions. */
final class StructureContrasts {
  private static final Lexicon LEXICON = Lexicon.get();

  private StructureContrasts() {}

  static List<Weighted> all() {
    return List.of(
        new Weighted(3, StructureContrasts::order),
        new Weighted(2, StructureContrasts::missingWord),
        new Weighted(2, StructureContrasts::doubledWord),
        new Weighted(3, StructureContrasts::verbForm),
        new Weighted(1, StructureContrasts::filledGap),
        new Weighted(2, StructureContrasts::polarQuestion),
        new Weighted(2, StructureContrasts::inversion),
        new Weighted(2, StructureContrasts::correlative),
        new Weighted(1, StructureContrasts::comparison),
        new Weighted(2, StructureContrasts::pronounCase));
  }

  private static Contrast order(SplitMix64 random) {
    Verb verb = Phrases.verb(random, Verb::isPlainTransitive);
    Noun noun = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    boolean plural = random.chance(50);
    String subject = Phrases.subject(random, verb).text();
    List<String> parts =
        new ArrayList<>(
            List.of(
                subject,
                verb.past(),
                random.pick(plural ? Phrases.PLURAL_DETERMINERS : Phrases.SINGULAR_DETERMINERS),
                LEXICON.adjectiveFor(noun, random).word(),
                noun.form(plural)));
    Words good = Words.of(parts.toArray(String[]::new));
    int place = random.below(4);
    parts.add(place, parts.remove(place + 1));
    Words bad = Words.of(parts.toArray(String[]::new));
    String end = Phrases.adverbial(random, random.any("place", "time"));
    return Contrast.statement(good.add(end), bad.add(end));
  }

  private static Contrast missingWord(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.isPlainTransitive() && v.isStrict());
    String subject = Phrases.subject(random, verb).text();
    Noun noun = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    String adjective = random.chance(50) ? LEXICON.adjectiveFor(noun, random).word() : "";
    String determiner = random.any("the", "a", "this", "every");
    String end = Phrases.adverbial(random, "place");
    Words good = Words.of(subject, verb.past(), determiner, adjective, noun.singular(), end);
    Words bad =
        switch (random.below(3)) {
          case 0 -> Words.of(subject, verb.past(), adjective, noun.singular(), end);
          case 1 -> Words.of(subject, determiner, adjective, noun.singular(), end);
          default -> Words.of(verb.past(), determiner, adjective, noun.singular(), end);
        };
    return Contrast.statement(good, bad);
  }

  private static Contrast doubledWord(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> true);
    List<String> parts = new ArrayList<>();
    for (String phrase :
        List.of(
            Phrases.subject(random, verb).text(),
            verb.past(),
            Phrases.complement(random, verb),
            Phrases.adverbial(random, "place"))) {
      parts.addAll(LexiconFile.words(phrase));
    }
    Words good = Words.of(parts.toArray(String[]::new));
    int place = random.below(parts.size());
    parts.add(place, parts.get(place));
    return Contrast.statement(good, Words.of(parts.toArray(String[]::new)));
  }

  private static Contrast verbForm(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> true);
    String subject = Phrases.subject(random, verb, false).text();
    String adverb = random.chance(50) ? Phrases.adverbial(random, "manner") : "";
    String rest = Phrases.complement(random, verb);
    String auxiliary = random.any("will", "must", "should", "did not", "has", "had", "is", "was");
    String right =
        switch (auxiliary) {
          case "has", "had" -> verb.participle();
          case "is", "was" -> verb.gerund();
          default -> verb.base();
        };
    List<String> wrong =
        List.of(verb.base(), verb.third(), verb.past(), verb.gerund(), verb.participle()).stream()
            .filter(form -> !form.equals(right))
            .toList();
    return Contrast.statement(
        Words.of(subject, auxiliary, adverb, right, rest),
        Words.of(subject, auxiliary, adverb, random.pick(wrong), rest));
  }

  private static Contrast filledGap(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.takesObject() && v.isStrict());
    Noun asked = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    Words start =
        Words.of("which", asked.form(random.chance(50)), random.any("did", "will", "must"));
    String subject = Phrases.subject(random, verb).text();
    String object = Phrases.object(random, verb).text();
    String end = random.chance(50) ? Phrases.adverbial(random, "time") : "";
    start.add(subject, verb.base(), verb.preposition());
    return Contrast.question(
        new Words().add(start).add(end), new Words().add(start).add(object, end));
  }

  private static Contrast polarQuestion(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> !v.base().equals(v.past()));
    boolean plural = random.chance(50);
    NounPhrase subject = Phrases.subject(random, verb, plural);
    if (random.chance(40)) {
      subject = Phrases.distracted(random, subject);
    }
    String rest = Phrases.complement(random, verb);
    boolean present = random.chance(50);
    String right = plural ? "do" : "does";
    String wrong = plural ? "does" : "do";
    if (present) {
      return Contrast.question(
          Words.of(right, subject.text(), verb.base(), rest),
          Words.of(wrong, subject.text(), verb.base(), rest));
    }
    return Contrast.question(
        Words.of("did", subject.text(), verb.base(), rest),
        Words.of("did", subject.text(), verb.past(), rest));
  }

  private static Contrast inversion(SplitMix64 random) {
    Verb verb = Phrases.verb(random, Verb::takesObject);
    String subject = Phrases.subject(random, verb, false).text();
    Noun asked = random.pickEarly(LEXICON.nouns().of(verb.objects()));
    String start = random.any("which " + asked.singular(), "what", "how many " + asked.plural());
    String auxiliary = random.any("has", "had");
    String rest =
        verb.participle() + (verb.preposition().isEmpty() ? "" : " " + verb.preposition());
    return Contrast.question(
        Words.of(start, auxiliary, subject, rest), Words.of(start, subject, auxiliary, rest));
  }

  private static Contrast correlative(SplitMix64 random) {
    Verb verb = Phrases.verb(random, v -> v.subjects().contains("person"));
    String first = Phrases.subject(random, verb, random.chance(50)).text();
    String second = Phrases.subject(random, verb).text();
    List<String> pair =
        random.any(List.of("both", "and"), List.of("either", "or"), List.of("neither", "nor"));
    List<String> links = List.of("and", "or", "nor");
    String wrong = random.pick(links.stream().filter(link -> !pair.contains(link)).toList());
    Words rest = Words.of(second, verb.past(), Phrases.complement(random, verb));
    return Contrast.statement(
        Words.of(pair.get(0), first, pair.get(1)).add(rest),
        Words.of(pair.get(0), first, wrong).add(rest));
  }

  private static Contrast comparison(SplitMix64 random) {
    Noun noun = random.pickEarly(LEXICON.nouns().all());
    Adjective adjective =
        random.pick(
            LEXICON.adjectives().stream().filter(a -> a.gradable() && a.fits(noun)).toList());
    boolean plural = random.chance(50);
    NounPhrase subject = Phrases.distracted(random, Phrases.phrase(random, noun, plural));
    Words start = Words.of(subject.text(), subject.choose("was", "were"));
    Noun other = random.pickEarly(LEXICON.nouns().all());
    String standard = Phrases.phrase(random, other, plural).text();
    boolean more = random.chance(50);
    start.add(more ? "more" : "as", adjective.word());
    return Contrast.statement(
        new Words().add(start).add(more ? "than" : "as", standard),
        new Words()
            .add(start)
            .add(more ? random.any("as", "that") : random.any("than", "that"), standard));
  }

  private static Contrast pronounCase(SplitMix64 random) {
    List<List<String>> pronouns =
        List.of(
            List.of("he", "him"),
            List.of("she", "her"),
            List.of("they", "them"),
            List.of("we", "us"),
            List.of("i", "me"));
    List<String> pronoun = random.pick(pronouns);
    Verb verb =
        Phrases.verb(
            random, v -> v.subjects().contains("person") && v.objects().contains("person"));
    String noun = Phrases.subject(random, verb).text();
    String end = Phrases.adverbial(random, random.any("time", "place"));
    String with = random.chance(40) ? Phrases.name(random).text() + " and" : "";
    int right = random.below(2);
    Words good = new Words();
    Words bad = new Words();
    if (right == 0) {
      good.add(with, pronoun.get(0), verb.past(), verb.preposition(), noun, end);
      bad.add(with, pronoun.get(1), verb.past(), verb.preposition(), noun, end);
    } else {
      good.add(noun, verb.past(), verb.preposition(), with, pronoun.get(1), end);
      bad.add(noun, verb.past(), verb.preposition(), with, pronoun.get(0), end);
    }
    return Contrast.statement(good, bad);
  }
}
