package io.github.lrfbench.harness.demo.language;

import java.util.List;
import java.util.stream.Stream;

/**
 * Sentences that are well formed, or break one rule somewhere inside a longer sentence. Labels: 1
 * acceptable, 0 unacceptable.
 */
final class AcceptabilityGrammar implements Grammar {
  private final List<Contrast.Construction> constructions =
      Stream.of(AgreementContrasts.all(), StructureContrasts.all(), LexicalContrasts.all())
          .flatMap(List::stream)
          .toList();

  @Override
  public Sample next(SplitMix64 random) {
    Contrast contrast = random.pick(constructions).next(random);
    boolean acceptable = random.chance(50);
    Words clause = acceptable ? contrast.good() : contrast.bad();
    Words sentence = contrast.question() ? clause.add("?") : inContext(random, clause).add(".");
    return new Sample(List.of(sentence.sentence()), acceptable ? "1" : "0");
  }

  /** A longer sentence that is as acceptable as the clause in it. */
  private static Words inContext(SplitMix64 random, Words clause) {
    return switch (random.below(12)) {
      case 0, 1 ->
          Words.of(
                  Phrases.name(random).text(),
                  random.any("said", "thought", "knew", "hoped"),
                  "that")
              .add(clause);
      case 2 -> Words.of(Phrases.adverbial(random, "place"), ",").add(clause);
      case 3 ->
          clause.add(random.any("and", "but", "while", "because")).add(Phrases.pastClause(random));
      case 4 ->
          Phrases.pastClause(random).add(random.any("and", "but", "while", "because")).add(clause);
      default -> clause;
    };
  }
}
