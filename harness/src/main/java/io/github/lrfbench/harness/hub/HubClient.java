package io.github.lrfbench.harness.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/**
 * Talks HTTP to the hub. Follows redirections itself, so that the token goes to the hub's own
 * address and nowhere else; messages name neither the token nor the query of an address, which may
 * hold a signature.
 */
final class HubClient {
  private static final int MOST_REDIRECTIONS = 10;
  private static final int LARGEST_LISTING = 64 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HubSettings settings;
  private final HttpClient http;

  HubClient(HubSettings settings) {
    this.settings = settings;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.stall())
            .build();
  }

  /** The hub's name, for messages. */
  String host() {
    return settings.endpoint().getHost();
  }

  /** What the hub knows of a repository in its revision. */
  HubListing list(HubRepo repo) throws IOException {
    return HubListing.parse(get(repo, repo.listingPath()), repo);
  }

  /**
   * What the hub answers to a question about a repository.
   *
   * @param question comes after the repository's name in the address
   */
  JsonNode ask(HubRepo repo, String question) throws IOException {
    return get(repo, repo.apiPath() + question);
  }

  private JsonNode get(HubRepo repo, String path) throws IOException {
    URI address = URI.create(settings.endpoint() + path);
    HttpResponse<InputStream> response = exchange("GET", address, 0, true);
    try (InputStream body = new PatientStream(response.body(), settings.stall())) {
      HubResponses.check(response, repo, settings);
      return readJson(body);
    }
  }

  /**
   * Size and checksum of a file, from the headers by which the hub answers for it, or nothing where
   * it names no checksum.
   */
  Optional<HubFile> describe(HubRepo repo, String commit, String path) throws IOException {
    HttpResponse<InputStream> response = exchange("HEAD", address(repo, commit, path), 0, false);
    response.body().close();
    if (!isRedirection(response.statusCode())) {
      HubResponses.check(response, repo, settings);
    }
    return HubResponses.describe(response, path);
  }

  /**
   * Begins to read a file.
   *
   * @param offset first byte to ask for; the answer says whether the server agreed
   * @return status 200, 206 or 416; the body to be closed by the caller
   */
  HttpResponse<InputStream> open(HubRepo repo, String commit, String path, long offset)
      throws IOException {
    HttpResponse<InputStream> response = exchange("GET", address(repo, commit, path), offset, true);
    try {
      HubResponses.check(response, repo, settings);
      return response;
    } catch (IOException | RuntimeException e) {
      response.body().close();
      throw e;
    }
  }

  /** The body of a response, which fails when the server is silent for too long. */
  InputStream body(HttpResponse<InputStream> response) {
    return new PatientStream(response.body(), settings.stall());
  }

  private URI address(HubRepo repo, String commit, String path) {
    URI endpoint = settings.endpoint();
    try {
      // This constructor encodes what a file name may hold.
      return new URI(
          endpoint.getScheme(),
          endpoint.getAuthority(),
          endpoint.getPath() + repo.filePath(commit, path),
          null,
          null);
    } catch (URISyntaxException e) {
      throw new HubException(repo + ": the file " + OneLine.quote(path) + " has no address", e);
    }
  }

  private HttpResponse<InputStream> exchange(String method, URI start, long offset, boolean away)
      throws IOException {
    URI address = start;
    for (int i = 0; i <= MOST_REDIRECTIONS; i++) {
      HttpResponse<InputStream> response = send(method, address, offset);
      if (!isRedirection(response.statusCode())) {
        return response;
      }
      URI next = target(address, response);
      if (!away && !HubResponses.sameOrigin(next, settings.endpoint())) {
        return response;
      }
      response.body().close();
      address = next;
    }
    throw new HubException(host() + " redirects without end");
  }

  private HttpResponse<InputStream> send(String method, URI address, long offset)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(settings.stall())
            .header("User-Agent", "lrfbench")
            .header("Accept-Encoding", "identity");
    if (offset > 0) {
      request.header("Range", "bytes=" + offset + "-");
    }
    if (settings.token() != null && HubResponses.sameOrigin(address, settings.endpoint())) {
      request.header("Authorization", "Bearer " + settings.token());
    }
    try {
      return http.send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new TransientFailure(
          "cannot reach " + address.getHost() + " (" + OneLine.reason(e) + ")");
    } catch (IllegalArgumentException e) {
      // Java's client throws it for headers that are no numbers, and for ports that are none.
      throw new HubException(address.getHost() + " does not answer as a hub does", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException("stopped", e);
    }
  }

  private URI target(URI from, HttpResponse<?> response) {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI target = from.resolve(new URI(location));
      boolean secure = "https".equals(target.getScheme());
      boolean plain = "http".equals(target.getScheme()) && !"https".equals(from.getScheme());
      if (!location.isEmpty() && target.getHost() != null && (secure || plain)) {
        return target;
      }
    } catch (URISyntaxException e) {
      // Falls through to the complaint.
    }
    throw new HubException(host() + " redirects to an address that is not http or https");
  }

  private static boolean isRedirection(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private JsonNode readJson(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(LARGEST_LISTING);
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new InputException(host() + " does not answer as a hub does; is HF_ENDPOINT right?", e);
    }
  }
}
