package io.github.lrfbench.harness.generate;

/**
 * A text that is being written.
 *
 * @param tokens the prompt's and those that follow; not modified
 * @param length how many of them count
 * @param prompt how many are the prompt's
 * @param longest how many there may be in the end
 */
record Draft(int[] tokens, int length, int prompt, int longest) {
  /** Tokens that have been added to the prompt. */
  int added() {
    return length - prompt;
  }

  /** Whether the text ends in these. */
  boolean endsIn(int[] run, int count) {
    if (count > length) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (tokens[length - count + i] != run[i]) {
        return false;
      }
    }
    return true;
  }
}
