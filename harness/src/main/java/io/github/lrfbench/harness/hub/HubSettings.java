package io.github.lrfbench.harness.hub;

import io.github.lrfbench.kernels.InputException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the hub is and how to talk to it.
 *
 * @param endpoint address of the hub, without a slash at the end
 * @param token what the hub is shown, and nobody else, or null
 * @param cache folder of the files that were fetched
 * @param offline whether the network must not be used
 * @param pause before the first repetition of a failed request; it doubles with each
 * @param stall how long a connection may be silent
 */
record HubSettings(
    URI endpoint, String token, Path cache, boolean offline, Duration pause, Duration stall) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "on", "yes", "true");
  private static final Pattern TOKEN = Pattern.compile("[!-~]+");

  /**
   * The settings that an environment tells: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code
   * HF_HUB_OFFLINE}, and {@code HF_HUB_CACHE} or {@code HF_HOME} where the cache is shared with
   * other tools; it lies below the project's cache otherwise.
   *
   * @throws InputException if a setting makes no sense
   */
  static HubSettings of(Map<String, String> environment, Path projectCache) {
    return new HubSettings(
        endpoint(value(environment, "HF_ENDPOINT", ENDPOINT)),
        token(value(environment, "HF_TOKEN", null)),
        cache(environment, projectCache),
        YES.contains(value(environment, "HF_HUB_OFFLINE", "").toLowerCase(Locale.ROOT)),
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  private static URI endpoint(String text) {
    try {
      URI endpoint = new URI(text.replaceFirst("/+$", ""));
      boolean web = "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
      if (web && endpoint.getHost() != null && endpoint.getRawQuery() == null) {
        return endpoint;
      }
    } catch (URISyntaxException e) {
      // Falls through to the complaint.
    }
    throw new InputException("HF_ENDPOINT is no http or https address");
  }

  /** Checked here, since the HTTP client would quote a token that it refuses. */
  private static String token(String text) {
    if (text == null) {
      return null;
    }
    String token = text.strip();
    if (!TOKEN.matcher(token).matches()) {
      throw new InputException("HF_TOKEN holds a character that no token has");
    }
    return token;
  }

  private static Path cache(Map<String, String> environment, Path projectCache) {
    String cache = value(environment, "HF_HUB_CACHE", null);
    if (cache != null) {
      return Path.of(cache);
    }
    String home = value(environment, "HF_HOME", null);
    return (home == null ? projectCache : Path.of(home)).resolve("hub");
  }

  private static String value(Map<String, String> environment, String name, String orElse) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? orElse : value;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "HubSettings[" + endpoint.getHost() + ", " + cache + (offline ? ", offline]" : "]");
  }
}
