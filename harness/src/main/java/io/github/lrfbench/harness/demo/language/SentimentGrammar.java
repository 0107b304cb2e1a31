package io.github.lrfbench.harness.demo.language;

import java.util.List;

/**
 * Reviews in which negation turns a judgement round and the main clause outweighs a concession.
 * Labels: 1 positive, 0 negative.
 */
final class SentimentGrammar implements Grammar {
  @Override
  public List<Sample> next(SplitMix64 random) {
    Opinion review = review(random);
    String text = review.words().add(".").spaced() + " ";
    return List.of(new Sample(List.of(text), review.favourable() ? "1" : "0"));
  }

  private static Opinion review(SplitMix64 random) {
    Opinion main = Opinions.next(random);
    int kind = random.below(20);
    if (kind < 7) {
      return main;
    }
    if (kind < 8) {
      return agreeing(random, main);
    }
    Opinion other = Opinions.next(random);
    Words first = main.words();
    Words second = other.words();
    return switch (kind) {
      case 8, 9, 10 ->
          new Opinion(
              second.add(random.any("but", ", but", ", yet", "but in the end")).add(first),
              main.favourable());
      case 11, 12 ->
          new Opinion(
              Words.of(random.any("although", "though", "even if", "while"))
                  .add(second)
                  .add(",")
                  .add(first),
              main.favourable());
      case 13, 14 ->
          new Opinion(
              first.add(random.any("although", "though", "even if")).add(second),
              main.favourable());
      case 15 ->
          new Opinion(
              second.add(random.any("; still ,", "; nevertheless ,", "; even so ,")).add(first),
              main.favourable());
      case 16 ->
          new Opinion(
              Words.of("some people say that").add(second).add(", but").add(first),
              main.favourable());
      case 17, 18 ->
          new Opinion(
              first.add(
                  "despite", random.any("its", "the"), Opinions.noun(random, random.chance(50))),
              main.favourable());
      default ->
          new Opinion(
              Words.of("for all its", Opinions.noun(random, random.chance(50)), ",").add(first),
              main.favourable());
    };
  }

  /** The clause joined with another of the same judgement. */
  private static Opinion agreeing(SplitMix64 random, Opinion main) {
    Opinion other = Opinions.next(random);
    while (other.favourable() != main.favourable()) {
      other = Opinions.next(random);
    }
    Words words = main.words().add(random.any("and", ", and", "because", ";")).add(other.words());
    return new Opinion(words, main.favourable());
  }
}
