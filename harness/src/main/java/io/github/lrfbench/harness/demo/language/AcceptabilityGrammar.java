package io.github.lrfbench.harness.demo.language;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pairs of sentences, of which one is well formed and the other breaks one rule, often inside a
 * longer sentence. Such minimal pairs leave nothing to go by but the rule (Warstadt et al.,
 * "BLiMP", 2020). Labels: 1 acceptable, 0 unacceptable.
 */
final class AcceptabilityGrammar implements Grammar {
  private final List<Contrast.Construction> constructions =
      Stream.of(AgreementContrasts.all(), StructureContrasts.all(), LexicalContrasts.all())
          .flatMap(List::stream)
          .flatMap(each -> Collections.nCopies(each.weight(), each.construction()).stream())
          .toList();

  @Override
  public List<Sample> next(SplitMix64 random) {
    Contrast contrast = random.pick(constructions).next(random);
    Context context = contrast.question() ? Context.QUESTION : Context.next(random);
    Sample good = new Sample(List.of(context.around(contrast.good())), "1");
    Sample bad = new Sample(List.of(context.around(contrast.bad())), "0");
    return random.chance(50) ? List.of(good, bad) : List.of(bad, good);
  }

  /** What stands around a clause in a longer sentence that is as acceptable as the clause. */
  private record Context(Words before, Words after) {
    static final Context QUESTION = new Context(new Words(), Words.of("?"));

    static Context next(SplitMix64 random) {
      return switch (random.below(12)) {
        case 0, 1 -> {
          String verb = random.any("said", "thought", "knew", "hoped");
          yield ending(Words.of(Phrases.name(random).text(), verb, "that"), new Words());
        }
        case 2 -> ending(Words.of(Phrases.adverbial(random, "place"), ","), new Words());
        case 3 -> ending(new Words(), Words.of(link(random)).add(Phrases.pastClause(random)));
        case 4 -> ending(Phrases.pastClause(random).add(link(random)), new Words());
        default -> ending(new Words(), new Words());
      };
    }

    private static Context ending(Words before, Words after) {
      return new Context(before, after.add("."));
    }

    private static String link(SplitMix64 random) {
      return random.any("and", "but", "while", "because");
    }

    String around(Words clause) {
      return new Words().add(before).add(clause).add(after).sentence();
    }
  }
}
