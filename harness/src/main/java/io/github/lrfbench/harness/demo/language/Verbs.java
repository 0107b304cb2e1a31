package io.github.lrfbench.harness.demo.language;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The verbs of {@code verbs.txt} and the relations between them. */
final class Verbs {
  private final List<Verb> all = new ArrayList<>();
  private final Map<String, Verb> byBase = new HashMap<>();
  private int senses;

  Verbs(Nouns nouns) {
    for (String[] row : LexiconFile.rows("verbs.txt", 5)) {
      String[] implication = row[0].split("<");
      Verb implied = implication.length > 1 ? byBase.get(implication[1]) : null;
      for (String forms : implication[0].split("=")) {
        Verb verb =
            parse(
                forms.split(":"),
                nouns.expand(row[1]),
                nouns.expand(row[2]),
                row[3],
                implied,
                Set.copyOf(LexiconFile.words(row[4])));
        all.add(verb);
        byBase.putIfAbsent(verb.base(), verb);
      }
      senses++;
    }
  }

  private Verb parse(
      String[] forms,
      Set<String> subjects,
      Set<String> objects,
      String preposition,
      Verb implied,
      Set<String> remarks) {
    String base = forms[0];
    return new Verb(
        base,
        Inflection.withS(base),
        forms.length > 1 ? forms[1] : Inflection.withEd(base),
        forms.length > 2 ? forms[2] : Inflection.withEd(base),
        forms.length > 3 ? forms[3] : Inflection.withIng(base),
        senses,
        subjects,
        objects,
        preposition,
        implied,
        remarks);
  }

  List<Verb> all() {
    return all;
  }

  List<Verb> where(Predicate<Verb> condition) {
    return all.stream().filter(condition).toList();
  }

  /** The other verbs of the same sense. */
  List<Verb> synonyms(Verb verb) {
    return where(other -> other.sense() == verb.sense() && !other.equals(verb));
  }

  /** The verb it implies, if one is known. */
  static List<Verb> implied(Verb verb) {
    return verb.implied() == null ? List.of() : List.of(verb.implied());
  }

  /** The verbs that imply this one or a synonym of it. */
  List<Verb> implying(Verb verb) {
    return where(other -> other.implied() != null && other.implied().sense() == verb.sense());
  }
}
