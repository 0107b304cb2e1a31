package io.github.lrfbench.harness.demo.language;

import java.util.Set;

/**
 * An adjective that modifies a noun without judging it.
 *
 * @param scale adjectives of one scale and another sense exclude one another
 * @param sense adjectives of one sense are synonyms
 * @param roots the roots of the nouns it fits
 * @param gradable whether it can be compared
 */
record Adjective(String word, int scale, int sense, Set<String> roots, boolean gradable) {
  boolean fits(Noun noun) {
    return roots.contains(noun.root());
  }
}
