package io.github.lrfbench.harness.demo.language;

/** A given name. */
record Name(String text, Gender gender) {}
