package io.github.lrfbench.harness.demo.language;

/**
 * A noun of the taxonomy.
 *
 * @param sense nouns of one sense are synonyms
 * @param parent the hypernym; null for a root
 */
record Noun(String singular, String plural, Gender gender, int sense, Noun parent) {
  String form(boolean isPlural) {
    return isPlural ? plural : singular;
  }

  /** The singular of the root of its tree, such as "animal". */
  String root() {
    return parent == null ? singular : parent.root();
  }

  /** Whether everything this noun names is also named by the other (synonyms included). */
  boolean isA(Noun other) {
    return sense == other.sense || (parent != null && parent.isA(other));
  }

  boolean isPerson() {
    return root().equals("person");
  }
}
