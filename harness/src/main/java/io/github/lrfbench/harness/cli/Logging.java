package io.github.lrfbench.harness.cli;

import java.util.Map;

/**
 * Tells SLF4J's simple back end, which only the program brings, what users want to read. As a
 * library the project brings none, and no settings of one.
 */
final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";
  private static final Map<String, String> SETTINGS =
      Map.of(
          "logFile", "System.err",
          "defaultLogLevel", "warn",
          "showThreadName", "false",
          "showShortLogName", "true",
          "levelInBrackets", "true");

  private Logging() {}

  /** Comes before the first logger; what the user has set stays. */
  static void configure() {
    SETTINGS.forEach(
        (key, value) -> System.setProperty(PREFIX + key, System.getProperty(PREFIX + key, value)));
  }
}
