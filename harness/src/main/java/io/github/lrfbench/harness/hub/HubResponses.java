package io.github.lrfbench.harness.hub;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.Temporal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What the status and the headers of an answer mean. */
final class HubResponses {
  private HubResponses() {}

  /**
   * Lets a body pass, and the complaint that a range lies behind the end of the file.
   *
   * @throws TransientFailure if the request may be repeated
   * @throws InputException if the user can do something about it
   * @throws HubException otherwise
   */
  static void check(HttpResponse<?> response, HubRepo repo, HubSettings settings)
      throws TransientFailure {
    int status = response.statusCode();
    boolean hubs = sameOrigin(response.uri(), settings.endpoint());
    String code = response.headers().firstValue("X-Error-Code").orElse("");
    if (status == 200 || status == 206 || status == 416) {
      return;
    }
    if (status == 408 || status == 429 || status >= 500) {
      throw new TransientFailure(from(response), retryAfter(response.headers()).orElse(null));
    }
    if (!hubs && (status == 401 || status == 403)) {
      throw new TransientFailure("the address that the hub gave has expired: " + from(response));
    }
    if (status == 401) {
      throw new InputException(
          repo
              + ": "
              + settings.endpoint().getHost()
              + " answers 401: "
              + (settings.token() == null
                  ? "there is no such repository, or it needs a token: set HF_TOKEN"
                  : "there is no such repository, or the token in HF_TOKEN may not read it"));
    }
    if (status == 403) {
      throw new InputException(
          repo + ": access denied (403); ask for access on the page of the repository");
    }
    if (status == 404) {
      throw new InputException(repo.id() + ": " + missing(code, repo, settings));
    }
    throw new HubException(repo + ": " + from(response));
  }

  /** Size and checksum that the headers name, the hub's own for large files before the others. */
  static Optional<HubFile> describe(HttpResponse<?> response, String path) {
    HttpHeaders headers = response.headers();
    String tag =
        headers.firstValue("X-Linked-Etag").or(() -> headers.firstValue("ETag")).orElse("");
    OptionalLong linked = size(headers, "X-Linked-Size");
    OptionalLong size = linked.isPresent() ? linked : size(headers, "Content-Length");
    return size.isEmpty()
        ? Optional.empty()
        : Checksum.ofEntityTag(tag).map(sum -> new HubFile(path, size.getAsLong(), sum));
  }

  /** A size, or nothing where the header is missing or holds something else. */
  static OptionalLong size(HttpHeaders headers, String name) {
    String value = headers.firstValue(name).orElse("").strip();
    return value.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(value))
        : OptionalLong.empty();
  }

  /** Whether two addresses are of one server: scheme, host and port. */
  static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static String missing(String code, HubRepo repo, HubSettings settings) {
    return switch (code) {
      case "RevisionNotFound" -> "has no revision " + OneLine.quote(repo.revision());
      case "EntryNotFound" -> "lacks a file that it lists";
      default -> "there is no such repository on " + settings.endpoint().getHost() + " (404)";
    };
  }

  private static String from(HttpResponse<?> response) {
    return response.uri().getHost() + " answers " + response.statusCode();
  }

  /** How long to wait: a number of seconds or a date. */
  private static Optional<Duration> retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      Temporal date =
          DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT).parse(value, Instant::from);
      Duration wait = Duration.between(Instant.now(), date);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
  }
}
