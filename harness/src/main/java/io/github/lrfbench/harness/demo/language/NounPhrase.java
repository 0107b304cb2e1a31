package io.github.lrfbench.harness.demo.language;

/**
 * A noun phrase.
 *
 * @param text its words, separated by spaces
 */
record NounPhrase(String text, boolean plural, Gender gender) {
  String choose(String singularForm, String pluralForm) {
    return plural ? pluralForm : singularForm;
  }

  /** The same phrase with a modifier after it; the head stays what it was. */
  NounPhrase with(String modifier) {
    return new NounPhrase(text + " " + modifier, plural, gender);
  }
}
