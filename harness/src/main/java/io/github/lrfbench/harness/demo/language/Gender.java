package io.github.lrfbench.harness.demo.language;

import java.util.List;

/** The gender of a noun or name, by the reflexive pronouns it takes in the singular. */
enum Gender {
  MASCULINE("himself"),
  FEMININE("herself"),
  EITHER("himself", "herself"),
  NEUTER("itself");

  static final String PLURAL_REFLEXIVE = "themselves";

  private final List<String> reflexives;

  Gender(String... reflexives) {
    this.reflexives = List.of(reflexives);
  }

  List<String> reflexives() {
    return reflexives;
  }
}
