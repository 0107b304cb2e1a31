package io.github.lrfbench.harness.result;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Instants to the millisecond, all of one length: readers guess the format from the first. */
final class Times {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  static Instant normalize(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS);
  }

  static String print(Instant instant) {
    return FORMAT.format(instant);
  }
}
