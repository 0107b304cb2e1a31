package io.github.lrfbench.harness.cli.doctor;

/**
 * What a check found.
 *
 * @param subject what was looked at
 * @param detail one line
 */
record Finding(String subject, State state, String detail) {
  /** How it stands with what was looked at. */
  enum State {
    /** It works. */
    OK("ok"),

    /** It is not there, which is no fault: a sweep runs without it. */
    ABSENT("none"),

    /** It does not work as it should. */
    FAULT("FAULT");

    private final String label;

    State(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  static Finding good(String subject, String detail) {
    return new Finding(subject, State.OK, detail);
  }

  static Finding absent(String subject, String detail) {
    return new Finding(subject, State.ABSENT, detail);
  }

  static Finding bad(String subject, String detail) {
    return new Finding(subject, State.FAULT, detail);
  }

  boolean fault() {
    return state == State.FAULT;
  }
}
