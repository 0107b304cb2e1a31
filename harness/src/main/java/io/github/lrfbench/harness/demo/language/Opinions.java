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
  private static final List<String> PLAIN =
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
  private static final List<String> NEGATING =
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

  private static final Lexicon LEXICON = Lexicon.get();

  private Opinions() {}

  static Opinion next(SplitMix64 random) {
    int kind = random.below(8);
    if (kind == 0) {
      return unfulfilled(random);
    }
    if (kind == 1) {
      return rescued(random);
    }
    Opinion clause =
        switch (kind) {
          case 2 -> possession(random);
          case 3 -> effect(random);
          default -> predicate(random);
        };
    if (random.chance(30)) {
      boolean turns = random.chance(50);
      return clause.behind(random.pick(turns ? REVERSERS : KEEPERS), turns);
    }
    return clause;
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
    boolean turns = random.chance(45);
    String adverb = random.pick(turns ? NEGATING : PLAIN);
    String copula = random.chance(70) ? (plural ? "are" : "is") : (plural ? "were" : "was");
    String verb = random.chance(15) ? (plural ? "seem" : "seems") : copula;
    Words words =
        Words.of("the", aspect(random, plural), verb, adverb, adjective(random, favourable));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion possession(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean turns = random.chance(50);
    String verb =
        turns
            ? random.any(
                "lacks",
                "is free of",
                "is short on",
                "avoids",
                "has no",
                "is never full of",
                "needs more",
                "has too little")
            : random.any(
                "has",
                "is full of",
                "shows",
                "is never short of",
                "is rich in",
                "does not lack",
                "is never free of",
                "never avoids");
    Words words = Words.of("the", aspect(random, false), verb, noun(random, favourable));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion effect(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean turns = random.chance(50);
    String verb = random.pick(LEXICON.opinions(favourable ? "praise" : "blame"));
    String whole =
        turns
            ? random.any("does not", "fails to", "never manages to", "refuses to", "did not")
                + " "
                + verb
            : random.any("manages to", "never fails to", "will", "does not fail to", "is bound to")
                + " "
                + verb;
    Words words =
        Words.of(
            "the",
            aspect(random, false),
            whole,
            random.any("its audience", "us", "the viewer", "anyone", "me"));
    return new Opinion(words, favourable != turns);
  }

  private static Opinion unfulfilled(SplitMix64 random) {
    boolean favourable = random.chance(50);
    boolean plural = random.chance(30);
    String start = random.any("i wish the", "if only the", "i expected the", "we had hoped the");
    String aspect = aspect(random, plural);
    String link =
        start.startsWith("i expected")
            ? "to be less"
            : start.startsWith("we had")
                ? "would not be"
                : random.any("were less", "had not been so");
    boolean direct = random.chance(50);
    if (direct) {
      link =
          start.startsWith("i expected")
              ? "to be more"
              : start.startsWith("we had") ? "would be" : random.any("were more", "had been");
    }
    Words words = Words.of(start, aspect, link, adjective(random, favourable));
    return new Opinion(words, favourable != direct);
  }

  private static Opinion rescued(SplitMix64 random) {
    boolean rescued = random.chance(50);
    String link =
        rescued
            ? random.any("saved by", "redeemed by", "lifted by", "rescued by")
            : random.any("ruined by", "spoiled by", "undone by", "dragged down by");
    Words words =
        Words.of(
            "a",
            adjective(random, !rescued),
            aspect(random, false),
            link,
            "its",
            noun(random, rescued));
    return new Opinion(words, rescued);
  }
}
