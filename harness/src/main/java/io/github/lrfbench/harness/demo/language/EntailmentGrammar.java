package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Change.Relation;
import io.github.lrfbench.harness.demo.language.Quantity.Kind;
import io.github.lrfbench.harness.demo.language.Statement.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * Pairs of a premise and a hypothesis made from it by edits whose effect monotonicity decides (van
 * Benthem, "Essays in Logical Semantics", 1986): under an upward quantifier a weaker word follows,
 * under a downward one or a negation a stronger word does. Labels: entailment, not_entailment.
 */
final class EntailmentGrammar implements Grammar {
  private static final List<String> FACTIVE =
      List.of(
          "knew",
          "realised",
          "remembered",
          "noticed",
          "regretted",
          "proved",
          "discovered",
          "learned",
          "forgot");
  private static final List<String> NOT_FACTIVE =
      List.of(
          "hoped",
          "believed",
          "claimed",
          "doubted",
          "feared",
          "dreamed",
          "pretended",
          "suspected",
          "imagined");

  private enum Slot {
    QUANTITY,
    SUBJECT,
    SUBJECT_ADJECTIVE,
    VERB,
    OBJECT,
    OBJECT_ADJECTIVE,
    PLACE,
    TIME,
    MANNER,
    NEGATION,
    ROLES
  }

  @Override
  public List<Sample> next(SplitMix64 random) {
    boolean entailed = random.chance(50);
    while (true) {
      Sample sample = draw(random);
      if (sample.label().equals("entailment") == entailed) {
        return List.of(sample);
      }
    }
  }

  private Sample draw(SplitMix64 random) {
    Statement premise =
        Statement.next(
            random, Quantity.next(random), Quantity.of(random.any(Kind.A, Kind.A, Kind.THE)));
    premise.negated = premise.quantity.isSingular() && random.chance(25);
    Statement hypothesis = premise.copy();
    boolean entailed = true;
    List<Slot> slots = new ArrayList<>(List.of(Slot.values()));
    int edits = 2 + random.below(3);
    for (int i = 0; i < edits; i++) {
      Slot slot = slots.remove(random.below(slots.size()));
      entailed &= edit(random, hypothesis, slot);
    }
    Words text = premise.words(style(random, premise));
    if (random.chance(20)) {
      boolean factive = random.chance(60);
      entailed &= factive;
      text =
          Words.of(
                  Phrases.name(random).text(), random.pick(factive ? FACTIVE : NOT_FACTIVE), "that")
              .add(text);
    }
    text = withDistraction(random, text);
    String conclusion = hypothesis.words(style(random, hypothesis)).add(".").sentence();
    return new Sample(
        List.of(text.add(".").sentence(), conclusion), entailed ? "entailment" : "not_entailment");
  }

  private static Words withDistraction(SplitMix64 random, Words text) {
    if (random.chance(80)) {
      return text;
    }
    Words other = Phrases.pastClause(random);
    String link = random.any("and", "but", "while");
    return random.chance(50) ? other.add(link).add(text) : text.add(link).add(other);
  }

  private static Style style(SplitMix64 random, Statement statement) {
    boolean passive = statement.quantity.isSingular() && !statement.negated && random.chance(30);
    return new Style(passive, random.chance(20));
  }

  /** Edits one slot; says whether what it was entails what it is now. */
  private static boolean edit(SplitMix64 random, Statement s, Slot slot) {
    int scope = s.negated ? -s.quantity.scope() : s.quantity.scope();
    int restrictor = s.quantity.restrictor();
    switch (slot) {
      case QUANTITY -> {
        Quantity old = s.quantity;
        s.quantity = Quantity.next(random);
        boolean keeps = !s.negated || s.quantity.isSingular();
        s.quantity = keeps ? s.quantity : old;
        return old.implies(s.quantity);
      }
      case SUBJECT -> {
        Change<Noun> change = Changes.noun(random, s.subject, s.verb.subjects());
        s.subject = change.word();
        return entails(change.relation(), restrictor);
      }
      case SUBJECT_ADJECTIVE -> {
        Change<Adjective> change = Changes.adjective(random, s.subjectAdjective, s.subject);
        s.subjectAdjective = change.word();
        return entails(change.relation(), restrictor);
      }
      case VERB -> {
        Change<Verb> change = Changes.verb(random, s.verb, s.subject, s.object);
        s.verb = change.word();
        return entails(change.relation(), scope);
      }
      case OBJECT -> {
        Change<Noun> change = Changes.noun(random, s.object, s.verb.objects());
        s.object = change.word();
        return entails(change.relation(), scope);
      }
      case OBJECT_ADJECTIVE -> {
        Change<Adjective> change = Changes.adjective(random, s.objectAdjective, s.object);
        s.objectAdjective = change.word();
        return entails(change.relation(), scope);
      }
      case PLACE -> {
        Change<Adverbial> change = Changes.adverbial(random, s.place, "place");
        s.place = change.word();
        return entails(change.relation(), scope);
      }
      case TIME -> {
        Change<Adverbial> change = Changes.adverbial(random, s.time, "time");
        s.time = change.word();
        return entails(change.relation(), scope);
      }
      case MANNER -> {
        Change<Adverbial> change = Changes.adverbial(random, s.manner, "manner");
        s.manner = change.word();
        return entails(change.relation(), scope);
      }
      case NEGATION -> {
        if (!s.quantity.isSingular() || random.chance(50)) {
          return true;
        }
        s.negated = !s.negated;
        return false;
      }
      case ROLES -> {
        if (!s.canSwapRoles() || !s.quantity.isSingular() || !s.objectQuantity.isSingular()) {
          return true;
        }
        s.swapRoles();
        return false;
      }
    }
    throw new AssertionError(slot);
  }

  private static boolean entails(Relation relation, int monotonicity) {
    return switch (relation) {
      case SAME -> true;
      case WEAKER -> monotonicity > 0;
      case STRONGER -> monotonicity < 0;
      case BESIDE, UNRELATED -> false;
    };
  }
}
