package io.github.lrfbench.harness.demo.language;

/** Regular English inflection by spelling. */
final class Inflection {
  private static final String VOWELS = "aeiou";

  private Inflection() {}

  /** The plural of a noun, or the third person singular of a verb. */
  static String withS(String word) {
    if (endsInConsonantAndY(word)) {
      return withoutLast(word) + "ies";
    }
    boolean hisses =
        word.endsWith("s")
            || word.endsWith("x")
            || word.endsWith("z")
            || word.endsWith("ch")
            || word.endsWith("sh");
    return word + (hisses ? "es" : "s");
  }

  static String withEd(String verb) {
    if (endsInConsonantAndY(verb)) {
      return withoutLast(verb) + "ied";
    }
    return verb + (verb.endsWith("e") ? "d" : "ed");
  }

  static String withIng(String verb) {
    boolean silentE = verb.endsWith("e") && !verb.endsWith("ee");
    return (silentE ? withoutLast(verb) : verb) + "ing";
  }

  /** The indefinite article that stands before a word. */
  static String article(String next) {
    boolean silentH = next.startsWith("honest") || next.startsWith("hour");
    return silentH || VOWELS.indexOf(next.charAt(0)) >= 0 ? "an" : "a";
  }

  private static boolean endsInConsonantAndY(String word) {
    return word.endsWith("y")
        && word.length() > 1
        && VOWELS.indexOf(word.charAt(word.length() - 2)) < 0;
  }

  private static String withoutLast(String word) {
    return word.substring(0, word.length() - 1);
  }
}
