package io.github.lrfbench.harness.demo.language;

import java.util.Optional;

/**
 * What a sentence says, apart from how it is put: somebody did something to something, somewhere,
 * some time. Mutable: an edit changes a copy. A missing adjective or adverbial is null.
 */
final class Statement {
  Quantity quantity;
  Adjective subjectAdjective;
  Noun subject;
  boolean negated;
  Verb verb;
  Quantity objectQuantity;
  Adjective objectAdjective;
  Noun object;
  Adverbial place;
  Adverbial time;
  Adverbial manner;

  /** How a statement is put. */
  record Style(boolean passive, boolean fronted) {
    static final Style PLAIN = new Style(false, false);
  }

  /** A statement about an action on an object. */
  static Statement next(SplitMix64 random, Quantity quantity, Quantity objectQuantity) {
    Lexicon lexicon = Lexicon.get();
    Statement made = new Statement();
    made.quantity = quantity;
    made.objectQuantity = objectQuantity;
    made.verb = Phrases.verb(random, Verb::isPlainTransitive);
    made.subject = random.pickEarly(lexicon.nouns().of(made.verb.subjects()));
    made.object = random.pickEarly(lexicon.nouns().of(made.verb.objects()));
    made.subjectAdjective = maybeAdjective(random, made.subject);
    made.objectAdjective = maybeAdjective(random, made.object);
    made.place = maybe(random, 40, "place");
    made.time = maybe(random, 25, "time");
    made.manner = maybe(random, 15, "manner");
    return made;
  }

  private static Adjective maybeAdjective(SplitMix64 random, Noun noun) {
    return random.chance(40) ? Lexicon.get().adjectiveFor(noun, random) : null;
  }

  private static Adverbial maybe(SplitMix64 random, int percent, String kind) {
    return random.chance(percent) ? random.pick(Lexicon.get().adverbials(kind)) : null;
  }

  Statement copy() {
    Statement copy = new Statement();
    copy.quantity = quantity;
    copy.subjectAdjective = subjectAdjective;
    copy.subject = subject;
    copy.negated = negated;
    copy.verb = verb;
    copy.objectQuantity = objectQuantity;
    copy.objectAdjective = objectAdjective;
    copy.object = object;
    copy.place = place;
    copy.time = time;
    copy.manner = manner;
    return copy;
  }

  /** Exchanges who acts and who is acted on. */
  void swapRoles() {
    Noun noun = subject;
    subject = object;
    object = noun;
    Adjective adjective = subjectAdjective;
    subjectAdjective = objectAdjective;
    objectAdjective = adjective;
    Quantity determiner = quantity;
    quantity = objectQuantity;
    objectQuantity = determiner;
  }

  boolean canSwapRoles() {
    return verb.objects().contains(subject.root()) && verb.subjects().contains(object.root());
  }

  Words words(Style style) {
    String agent = phrase(quantity, subjectAdjective, subject);
    String patient = phrase(objectQuantity, objectAdjective, object);
    Words words = new Words();
    if (style.fronted() && place != null) {
      words.add(place.text(), ",");
    }
    if (style.passive()) {
      String copula = objectQuantity.plural() ? "were" : "was";
      words.add(
          patient, copula, negated ? "not" : "", text(manner), verb.participle(), "by", agent);
    } else {
      words.add(agent, negated ? "did not" : "", text(manner));
      words.add(negated ? verb.base() : verb.past(), patient);
    }
    return words.add(style.fronted() ? "" : text(place), text(time));
  }

  private static String phrase(Quantity quantity, Adjective adjective, Noun noun) {
    String modifier = adjective == null ? "" : adjective.word() + " ";
    return quantity.text() + " " + modifier + noun.form(quantity.plural());
  }

  private static String text(Adverbial adverbial) {
    return Optional.ofNullable(adverbial).map(Adverbial::text).orElse("");
  }
}
