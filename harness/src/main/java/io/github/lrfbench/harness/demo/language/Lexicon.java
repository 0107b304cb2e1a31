package io.github.lrfbench.harness.demo.language;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All words of the synthetic language. Immutable once loaded. */
final class Lexicon {
  private static final Lexicon INSTANCE = new Lexicon();

  private final Nouns nouns = new Nouns();
  private final Verbs verbs = new Verbs(nouns);
  private final List<Adjective> adjectives = new ArrayList<>();
  private final List<Name> names = new ArrayList<>();
  private final Map<String, List<Adverbial>> adverbials = new HashMap<>();
  private final Map<String, List<String>> opinions = new HashMap<>();

  private Lexicon() {
    readAdjectives();
    for (String[] row : LexiconFile.rows("names.txt", 2)) {
      Gender gender = row[0].equals("f") ? Gender.FEMININE : Gender.MASCULINE;
      LexiconFile.words(row[1]).forEach(name -> names.add(new Name(name, gender)));
    }
    int sense = 0;
    for (String[] row : LexiconFile.rows("adverbials.txt", 2)) {
      List<Adverbial> phrases = new ArrayList<>();
      for (String synonyms : row[1].split(" \\| ")) {
        for (String text : synonyms.split("=")) {
          phrases.add(new Adverbial(text, sense));
        }
        sense++;
      }
      adverbials.put(row[0], phrases);
    }
    for (String[] row : LexiconFile.rows("opinions.txt", 2)) {
      opinions.put(row[0], LexiconFile.words(row[1]));
    }
  }

  private void readAdjectives() {
    int scale = 0;
    int sense = 0;
    for (String[] row : LexiconFile.rows("adjectives.txt", 2)) {
      boolean gradable = row[0].endsWith("+");
      String roots = gradable ? row[0].substring(0, row[0].length() - 1) : row[0];
      for (String synonyms : LexiconFile.words(row[1])) {
        for (String word : synonyms.split("=")) {
          adjectives.add(new Adjective(word, scale, sense, nouns.expand(roots), gradable));
        }
        sense++;
      }
      scale++;
    }
  }

  static Lexicon get() {
    return INSTANCE;
  }

  Nouns nouns() {
    return nouns;
  }

  Verbs verbs() {
    return verbs;
  }

  List<Adjective> adjectives() {
    return adjectives;
  }

  List<Name> names() {
    return names;
  }

  /** Adverbials of a kind of {@code adverbials.txt}, such as "place". */
  List<Adverbial> adverbials(String kind) {
    return adverbials.get(kind);
  }

  /** Words of a kind of {@code opinions.txt}, such as "adjective+". */
  List<String> opinions(String kind) {
    return opinions.get(kind);
  }

  /** An adjective that fits the noun. */
  Adjective adjectiveFor(Noun noun, SplitMix64 random) {
    Adjective adjective = random.pick(adjectives);
    while (!adjective.fits(noun)) {
      adjective = random.pick(adjectives);
    }
    return adjective;
  }
}
