package io.github.lrfbench.harness.demo.language;

import io.github.lrfbench.harness.demo.language.Change.Relation;
import io.github.lrfbench.harness.demo.language.Quantity.Kind;
import io.github.lrfbench.harness.demo.language.Statement.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * Pairs of sentences with a score from 0 (unrelated) to 5 (equivalent): 5 less the price of every
 * difference in meaning, plus the scatter of an annotator (triangular, at most 0.4). All whole
 * points are equally frequent. How a sentence is put (voice, order, synonyms) costs nothing.
 */
final class SimilarityGrammar implements Grammar {
  private static final int TOP = 500;

  @Override
  public List<Sample> next(SplitMix64 random) {
    int band = random.below(5);
    while (true) {
      Statement first = Statement.next(random, quantity(random), quantity(random));
      first.negated = random.chance(15);
      Statement second = first.copy();
      int price = edit(random, second);
      int score = TOP - price + random.below(41) + random.below(41) - 40;
      score = Math.max(0, Math.min(TOP, score));
      if (Math.min(score / 100, 4) == band) {
        List<String> texts = List.of(text(random, first), text(random, second));
        return List.of(new Sample(texts, decimal(score)));
      }
    }
  }

  private static Quantity quantity(SplitMix64 random) {
    return switch (random.below(5)) {
      case 0, 1 -> Quantity.of(Kind.A);
      case 2 -> new Quantity(Kind.EXACTLY, 2 + random.below(6));
      default -> Quantity.of(Kind.THE);
    };
  }

  private static String text(SplitMix64 random, Statement statement) {
    Style style = new Style(random.chance(30), random.chance(25));
    return statement.words(style).add(".").sentence();
  }

  /** Edits the statement in several places; the price of it all, in hundredths of a point. */
  private static int edit(SplitMix64 random, Statement s) {
    List<Integer> slots = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    int edits = 1 + random.below(7);
    int price = 0;
    for (int i = 0; i < edits; i++) {
      price += edit(random, s, slots.remove(random.below(slots.size())));
    }
    return price;
  }

  private static int edit(SplitMix64 random, Statement s, int slot) {
    switch (slot) {
      case 0 -> {
        Change<Noun> change = Changes.noun(random, s.subject, s.verb.subjects());
        s.subject = change.word();
        return price(change.relation(), 60, 120, 180);
      }
      case 1 -> {
        Change<Noun> change = Changes.noun(random, s.object, s.verb.objects());
        s.object = change.word();
        return price(change.relation(), 50, 100, 150);
      }
      case 2 -> {
        Change<Verb> change = Changes.verb(random, s.verb, s.subject, s.object);
        s.verb = change.word();
        return price(change.relation(), 50, 170, 170);
      }
      case 3 -> {
        Change<Adjective> change = Changes.adjective(random, s.subjectAdjective, s.subject);
        s.subjectAdjective = change.word();
        return price(change.relation(), 30, 90, 90);
      }
      case 4 -> {
        Change<Adjective> change = Changes.adjective(random, s.objectAdjective, s.object);
        s.objectAdjective = change.word();
        return price(change.relation(), 30, 80, 80);
      }
      case 5 -> {
        Change<Adverbial> change = Changes.adverbial(random, s.place, "place");
        s.place = change.word();
        return price(change.relation(), 30, 90, 90);
      }
      case 6 -> {
        Change<Adverbial> change = Changes.adverbial(random, s.time, "time");
        s.time = change.word();
        return price(change.relation(), 30, 80, 80);
      }
      case 7 -> {
        Quantity old = s.quantity;
        s.quantity = quantity(random);
        return price(old, s.quantity);
      }
      case 8 -> {
        Quantity old = s.objectQuantity;
        s.objectQuantity = quantity(random);
        return price(old, s.objectQuantity);
      }
      case 9 -> {
        s.negated = !s.negated;
        return 170;
      }
      default -> {
        if (!s.canSwapRoles()) {
          return 0;
        }
        s.swapRoles();
        return 200;
      }
    }
  }

  private static int price(Relation relation, int near, int beside, int unrelated) {
    return switch (relation) {
      case SAME -> 0;
      case WEAKER, STRONGER -> near;
      case BESIDE -> beside;
      case UNRELATED -> unrelated;
    };
  }

  private static int price(Quantity before, Quantity after) {
    if (before.equals(after)) {
      return 0;
    }
    return before.plural() || after.plural() ? 60 : 10;
  }

  private static String decimal(int hundredths) {
    int cents = hundredths % 100;
    return hundredths / 100 + "." + (cents < 10 ? "0" : "") + cents + "0";
  }
}
