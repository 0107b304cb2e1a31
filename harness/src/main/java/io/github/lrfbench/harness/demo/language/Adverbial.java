package io.github.lrfbench.harness.demo.language;

/**
 * An adverb or adverbial phrase.
 *
 * @param text its words, separated by spaces
 * @param sense adverbials of one sense are synonyms
 */
record Adverbial(String text, int sense) {}
