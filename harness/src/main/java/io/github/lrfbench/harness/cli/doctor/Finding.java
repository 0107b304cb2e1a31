package io.github.lrfbench.harness.cli.doctor;

/**
 * What a check found.
 *
 * @param subject what was looked at
 * @param fault true if it does not work as it should
 * @param detail one line
 */
record Finding(String subject, boolean fault, String detail) {
  static Finding good(String subject, String detail) {
    return new Finding(subject, false, detail);
  }

  static Finding bad(String subject, String detail) {
    return new Finding(subject, true, detail);
  }
}
