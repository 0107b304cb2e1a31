package io.github.lrfbench.harness.demo.language;

/**
 * A noun of the taxonomy, known by its singular.
 *
 * @param sense nouns of one sense are synonyms
 * @param root the name of the tree it is in, such as "animal"
 * @param parent the hypernym; null at the top of a tree
 */
record Noun(String singular, String plural, Gender gender, int sense, String root, Noun parent) {
  String form(boolean isPlural) {
    return isPlural ? plural : singular;
  }

  /** Whether everything this noun names is also named by the other (synonyms included). */
  boolean isA(Noun other) {
    return sense == other.sense || (parent != null && parent.isA(other));
  }

  boolean isPerson() {
    return root.equals("person");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Noun noun && noun.singular.equals(singular);
  }

  @Override
  public int hashCode() {
    return singular.hashCode();
  }
}
