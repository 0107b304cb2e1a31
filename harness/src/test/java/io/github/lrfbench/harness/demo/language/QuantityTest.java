package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.demo.language.Quantity.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks the tables of quantifiers against their truth in all small models. A model is how many
 * things of the restrictor are in the scope, and how many are not.
 */
class QuantityTest {
  private static final int LARGEST = 9;

  private static boolean isTrue(Quantity quantity, int inside, int outside) {
    return switch (quantity.kind()) {
      case THE -> inside == 1 && outside == 0;
      case A -> inside > 0;
      case EVERY, ALL -> outside == 0;
      case MOST -> inside > outside;
      case NO -> inside == 0;
      case AT_LEAST -> inside >= quantity.number();
      case AT_MOST -> inside <= quantity.number();
      case EXACTLY -> inside == quantity.number();
    };
  }

  private static List<Quantity> all() {
    List<Quantity> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      boolean counts = kind == Kind.AT_LEAST || kind == Kind.AT_MOST || kind == Kind.EXACTLY;
      for (int number = counts ? 2 : 0; number <= (counts ? 7 : 0); number++) {
        all.add(new Quantity(kind, number));
      }
    }
    return all;
  }

  @Test
  void implicationHoldsInEveryModelWithSomethingToSpeakOf() {
    for (Quantity premise : all()) {
      for (Quantity conclusion : all()) {
        if (premise.kind() == Kind.THE || conclusion.kind() == Kind.THE) {
          continue;
        }
        boolean holds = true;
        for (int inside = 0; inside <= LARGEST; inside++) {
          for (int outside = 0; outside <= LARGEST; outside++) {
            boolean something = inside + outside > 0;
            boolean refuted =
                isTrue(premise, inside, outside) && !isTrue(conclusion, inside, outside);
            holds &= !(something && refuted);
          }
        }
        assertEquals(holds, premise.implies(conclusion), premise + " implies " + conclusion);
      }
    }
  }

  @Test
  void theImpliesOnlyThatThereIsOne() {
    Quantity the = Quantity.of(Kind.THE);
    List<Quantity> implied = all().stream().filter(the::implies).toList();
    assertEquals(List.of(the, Quantity.of(Kind.A)), implied);
  }

  @Test
  void monotonicityInTheScopeHoldsInEveryModel() {
    for (Quantity quantity : all()) {
      boolean up = true;
      boolean down = true;
      for (int total = 1; total <= LARGEST; total++) {
        for (int inside = 0; inside < total; inside++) {
          boolean before = isTrue(quantity, inside, total - inside);
          boolean after = isTrue(quantity, inside + 1, total - inside - 1);
          up &= !before || after;
          down &= before || !after;
        }
      }
      assertEquals(up ? 1 : down ? -1 : 0, quantity.scope(), quantity.toString());
    }
  }

  @Test
  void monotonicityInTheRestrictorHoldsInEveryModel() {
    for (Quantity quantity : all()) {
      if (quantity.kind() == Kind.THE) {
        assertEquals(1, quantity.restrictor());
        continue;
      }
      boolean up = true;
      boolean down = true;
      for (int inside = 0; inside <= LARGEST; inside++) {
        for (int outside = 0; outside <= LARGEST; outside++) {
          if (inside + outside > 0) {
            boolean smaller = isTrue(quantity, inside, outside);
            for (int more = 1; more <= LARGEST; more++) {
              boolean larger = isTrue(quantity, inside + more, outside);
              boolean largerOutside = isTrue(quantity, inside, outside + more);
              up &= !smaller || (larger && largerOutside);
              down &= smaller || !(larger || largerOutside);
            }
          }
        }
      }
      assertEquals(up ? 1 : down ? -1 : 0, quantity.restrictor(), quantity.toString());
    }
  }

  @Test
  void drawsEveryKind() {
    SplitMix64 random = new SplitMix64(3);
    List<Quantity> drawn = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      drawn.add(Quantity.next(random));
    }
    assertTrue(drawn.containsAll(all()));
  }
}
