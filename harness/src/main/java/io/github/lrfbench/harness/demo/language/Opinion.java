package io.github.lrfbench.harness.demo.language;

/** A clause that judges something: favourably or not. */
record Opinion(Words words, boolean favourable) {
  /** The clause behind a phrase that keeps its judgement or turns it round. */
  Opinion behind(String phrase, boolean turns) {
    return new Opinion(Words.of(phrase).add(words), favourable != turns);
  }
}
