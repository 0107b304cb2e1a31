package io.github.lrfbench.harness.demo.language;

import java.util.List;

/** Draws single clauses of judgement; negations and other reversers are counted. */
final class Opinions {
  private static final List<String> KEEPERS =
      List.of(
          "it is clear that",
          "most critics agree that",
          "everyone will notice that",
          "it is hard to deny that",
          "nobody will dispute that",
          "it is no secret that",
          "i must admit that",
          "there is no doubt that");
  private static final List<String> REVERSERS =
      List.of(
          "it is hard to believe that",
          "nobody would say that",
          "i doubt that",
          "it is not true that",
          "you cannot claim that",
          "only a fool would think that",
          "it is a myth that",
          "no critic believes that");
  private static final List<String> DEGREES =
      List.of(
          "",
          "",
          "",
          "very",
          "really",
          "truly",
          "quite",
          "rather",
          "always",
          "utterly",
          "nothing if not",
          "certainly",
          "often",
          "so",
          "a little",
          "somewhat");
  private static final List<String> NEGATIONS =
      List.of(
          "not",
          "never",
          "hardly",
          "far from",
          "anything but",
          "by no means",
          "not at all",
          "rarely",
          "not really",
          "not even",
          "scarcely",
          "not exactly");
  private static final List<String> HAS =
      List.of(
          "has",
          "is full of",
          "shows",
          "is never short of",
          "is rich in",
          "does not lack",
          "is never free of",
          "never avoids");
  private static final List<String> LACKS =
      List.of(
          "lacks",
          "is free of",
          "is short on",
          "avoids",
          "has no",
          "is never full of",
          "needs more",
          "has too little");
  private static final List<String> SUCCEEDS =
      List.of("manages to", "never fails to", "will", "does not fail to", "is bound to");
  private static final List<String> FAILS =
      List.of("does not", "fails to", "never manages to", "refuses to", "did not");
  private static final List<String> SAVED =
      List.of("saved by", "redeemed by", "lifted by", "rescued by");
  private static final List<String> RUINED =
      List.of("ruined by", "spoiled by", "undone by", "dragged down by");

  /** A wish that things had less of what they have, or more of what they lack. */
  private record Wish(String start, String less, String more) {}

  private static final List<Wish> WISHES =
      List.of(
          new Wish("i wish the", "were less", "were more"),
          new Wish("if only the", "had not been so", "had been"),
          new Wish("i expected the", "to be less", "to be more"),
          new Wish("we had hoped the", "would not be", "would be"));

  private static final Lexicon LEXICON = Lexicon.get();

  private Opinions() {}

  static Opinion next(SplitMix64 random) {
    return switch (random.below(10)) {
      case 0 -> unfulfilled(random);
      case 1 -> rescued(random);
      case 2 -> reported(random, possession(random));
      case 3 -> reported(random, effect(random));
      default -> reported(random, predicate(random));
    };
  }

  /** The clause, now and then behind words that say how far it is true. */
  private static Opinion reported(SplitMix64 random, Opinion clause) {
    if (random.chance(75)) {
      return clause;
    }
    boolean turns = random.chance(50);
    return clause.behind(random.pick(turns ? REVERSERS : KEEPERS), turns);
  }

  static String adjective(SplitMix64 random, boolean favourable) {
    return random.pick(LEXICON.opinions(favourable ? "adjective+" : "adjective-"));
  }

  static String noun(SplitMix64 random, boolean favourable) {
    return random.pick(LEXICON.opinions(favourable ? "noun+" : "noun-"));
  }

  static String aspect(SplitMix64 random, boolean plural) {
    return random.pick(LEXICON.opinions(plural ? "aspect.p" : "aspect.s"));
  }

  private static Opinion predicate(SplitMix64 random) {
    boolean plural = random.chance(30);
    boolean favourable = random.chance(50);
    boolean turns = random.chance(30);
    String adverb = random.pick(turns ? NEGATIONS : DEGREES);
    String copula = plural ? random.any("are", "are", "were") : random.any("is", "is", "was");
    String verb = random.chance(15) ? (plural ? "seem" : "seems") : copula;
    Words words =
        Words.of("the", aspect(random, plural), verb, adverb, adjective(random, favourable));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion possession(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean turns = random.chance(40);
    String verb = random.pick(turns ? LACKS : HAS);
    Words words = Words.of("the", aspect(random, false), verb, noun(random, favourable));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion effect(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean turns = random.chance(40);
    String verb = random.pick(LEXICON.opinions(favourable ? "praise" : "blame"));
    String whom = random.any("its audience", "us", "the viewer", "anyone", "me");
    String start = random.pick(turns ? FAILS : SUCCEEDS);
    Words words = Words.of("the", aspect(random, false), start, verb, whom);
    return new Opinion(words, favourable != turns);
  }

  private static Opinion unfulfilled(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean turns = random.chance(50);
    Wish wish = random.pick(WISHES);
    String link = turns ? wish.more : wish.less;
    Words words =
        Words.of(
            wish.start, aspect(random, random.chance(30)), link, adjective(random, favourable));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion rescued(SplitMix64 random) {
    boolean rescued = random.chance(50);
    String adjective = adjective(random, !rescued);
    String link = random.pick(rescued ? SAVED : RUINED);
    Words words =
        Words.of("a", adjective, aspect(random, false), link, "its", noun(random, rescued));
    return new Opinion(words, rescued);
  }
}
