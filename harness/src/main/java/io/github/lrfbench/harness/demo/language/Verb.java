package io.github.lrfbench.harness.demo.language;

import java.util.Set;

/**
 * A verb with its frame.
 *
 * @param sense verbs of one sense are synonyms
 * @param subjects the roots of the nouns that can be its subject
 * @param objects the roots of the nouns that can be its object; empty if it takes none
 * @param preposition stands before the object; empty if none does
 * @param implied a more general verb, true whenever this one is; null if none is known
 * @param remarks what else is known: see {@code verbs.txt}
 */
record Verb(
    String base,
    String third,
    String past,
    String participle,
    String gerund,
    int sense,
    Set<String> subjects,
    Set<String> objects,
    String preposition,
    Verb implied,
    Set<String> remarks) {

  boolean takesObject() {
    return !objects.isEmpty();
  }

  boolean isPlainTransitive() {
    return takesObject() && preposition.isEmpty();
  }

  boolean isStrict() {
    return remarks.contains("strict");
  }

  boolean isSelective() {
    return remarks.contains("selective");
  }

  boolean isReflexive() {
    return remarks.contains("reflexive");
  }

  String present(boolean isPlural) {
    return isPlural ? base : third;
  }
}
