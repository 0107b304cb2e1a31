package io.github.lrfbench.harness.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A hub on this machine, and a second server to which it redirects for large files, as the real one
 * does. Can be told to misbehave.
 */
public final class FakeHub implements AutoCloseable {
  /** What every repository is at. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** What pull requests, repositories named {@code owner/name@refs/pr/3}, are at. */
  private static final String CONVERTED = "c".repeat(40);

  /** A request that arrived. */
  record Request(String server, String method, String path, String authorization, String range) {}

  /** One answer that is not as it should be. */
  interface Fault {
    /** Answers instead of the server, which would have sent the content from an offset. */
    void answer(HttpExchange exchange, byte[] content, int offset) throws IOException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer hub = server("hub");
  private final HttpServer store = server("store");
  private final Map<String, Map<String, byte[]>> repositories = new ConcurrentHashMap<>();
  private final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();
  private final Map<String, String> told = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile boolean listsChecksums = true;

  /** Starts the two servers, which hold nothing yet. */
  public FakeHub() {
    hub.createContext("/", exchange -> handle("hub", exchange));
    store.createContext("/", exchange -> handle("store", exchange));
    hub.start();
    store.start();
  }

  /** Address of the hub. */
  public URI endpoint() {
    return address(hub);
  }

  /** Puts a file into {@code owner/name} or {@code datasets/owner/name}. */
  public FakeHub put(String repository, String path, byte[] content) {
    repositories.computeIfAbsent(repository, id -> new TreeMap<>()).put(path, content);
    return this;
  }

  /** Puts all files of a folder into a repository. */
  public FakeHub putAll(String repository, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        put(repository, file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return this;
  }

  /** What the API answers to paths that end so. */
  FakeHub tell(String pathEnd, String json) {
    told.put(pathEnd, json);
    return this;
  }

  /** The next answers to requests whose path ends so, in this order; then all is well. */
  FakeHub fail(String pathEnd, Fault... next) {
    faults.computeIfAbsent(pathEnd, end -> new ArrayDeque<>()).addAll(Arrays.asList(next));
    return this;
  }

  /** Lists files by their names alone from now on. */
  void listNamesOnly() {
    listsChecksums = false;
  }

  /** What was asked for files that end so. */
  List<Request> requests(String server, String pathEnd) {
    return requests.stream()
        .filter(request -> request.server().equals(server) && request.path().endsWith(pathEnd))
        .toList();
  }

  /** A client of this hub that has its files below a folder. */
  public Hub open(Path cache) {
    return new Hub(settings(cache.resolve("hub")), FetchListener.NONE);
  }

  /** Settings of a client that is not patient. */
  HubSettings settings(Path cache) {
    return settings(cache, null, false);
  }

  HubSettings settings(Path cache, String token, boolean offline) {
    return new HubSettings(
        endpoint(), token, cache, offline, Duration.ofMillis(1), Duration.ofSeconds(5));
  }

  static Fault status(int status, String... headers) {
    return (exchange, content, offset) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Sends so many bytes of what it promised, and hangs up. */
  static Fault breakOff(int bytes) {
    return (exchange, content, offset) -> {
      begin(exchange, content, offset, content.length - offset);
      OutputStream out = exchange.getResponseBody();
      out.write(content, offset, bytes);
      out.flush();
    };
  }

  /**
   * Sends so many bytes of what it promised, and hangs up once all of them lie in a file: what a
   * client has not read by then it may throw away.
   */
  static Fault breakOff(int bytes, Path arriving) {
    return (exchange, content, offset) -> {
      breakOff(bytes).answer(exchange, content, offset);
      long end = offset + bytes;
      for (int i = 0; i < 10_000 && !(Files.exists(arriving) && Files.size(arriving) >= end); i++) {
        LockSupport.parkNanos(1_000_000);
      }
    };
  }

  /** Ends properly, but early. */
  static Fault shorter(int bytes) {
    return (exchange, content, offset) -> {
      begin(exchange, content, offset, bytes);
      exchange.getResponseBody().write(content, offset, bytes);
    };
  }

  /** Sends more than there is. */
  static Fault longer(int bytes) {
    return (exchange, content, offset) -> {
      begin(exchange, content, offset, content.length - offset + bytes);
      exchange.getResponseBody().write(content, offset, content.length - offset);
      exchange.getResponseBody().write(new byte[bytes]);
    };
  }

  /** Sends other bytes, as many as there should be. */
  static Fault garbage() {
    return (exchange, content, offset) -> {
      begin(exchange, content, offset, content.length - offset);
      exchange.getResponseBody().write(new byte[content.length - offset]);
    };
  }

  /** Sends the whole file whatever part was asked for. */
  static Fault ignoreRange() {
    return (exchange, content, offset) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    };
  }

  private static void begin(HttpExchange exchange, byte[] content, int offset, long length)
      throws IOException {
    if (offset > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes " + offset + "-" + (content.length - 1) + "/" + content.length);
    }
    exchange.sendResponseHeaders(offset > 0 ? 206 : 200, length);
  }

  private void handle(String server, HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = exchange.getRequestHeaders().getFirst("Range");
      requests.add(
          new Request(
              server,
              exchange.getRequestMethod(),
              path,
              exchange.getRequestHeaders().getFirst("Authorization"),
              range));
      exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
      byte[] content = content(path);
      int offset = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=|-", ""));
      Fault fault = server.equals("hub") && isLarge(path) ? null : nextFault(path);
      if (fault != null) {
        fault.answer(exchange, content, offset);
      } else if (path.startsWith("/api/")) {
        send(exchange, listing(path), 0);
      } else if (content == null) {
        status(404, "X-Error-Code", "EntryNotFound").answer(exchange, null, 0);
      } else if (server.equals("hub") && isLarge(path)) {
        redirectToStore(exchange, path, content);
      } else if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("ETag", '"' + gitName(content) + '"');
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
        exchange.sendResponseHeaders(200, -1);
      } else if (offset >= content.length && offset > 0) {
        exchange.sendResponseHeaders(416, -1);
      } else {
        send(exchange, content, offset);
      }
    }
  }

  private void redirectToStore(HttpExchange exchange, String path, byte[] content)
      throws IOException {
    exchange.getResponseHeaders().set("X-Linked-Etag", '"' + sha256(content) + '"');
    exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.length));
    exchange.getResponseHeaders().set("Location", address(store) + path + "?signature=private");
    exchange.sendResponseHeaders(302, -1);
  }

  private static void send(HttpExchange exchange, byte[] content, int offset) throws IOException {
    if (content == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    begin(exchange, content, offset, content.length - offset);
    exchange.getResponseBody().write(content, offset, content.length - offset);
  }

  private Fault nextFault(String path) {
    for (Map.Entry<String, Queue<Fault>> entry : faults.entrySet()) {
      if (path.endsWith(entry.getKey())) {
        return entry.getValue().poll();
      }
    }
    return null;
  }

  private byte[] content(String path) {
    String[] parts =
        path.substring(1)
            .replaceFirst("/resolve/" + CONVERTED + "/", "@refs/pr/3/resolve/main/")
            .split("/resolve/(main|" + COMMIT + ")/");
    return parts.length == 2 && repositories.containsKey(parts[0])
        ? repositories.get(parts[0]).get(parts[1])
        : null;
  }

  private byte[] listing(String path) throws IOException {
    for (Map.Entry<String, String> answer : told.entrySet()) {
      if (path.endsWith(answer.getKey())) {
        return answer.getValue().getBytes(StandardCharsets.UTF_8);
      }
    }
    String repository =
        path.replaceFirst("^/api/(models/)?", "")
            .replaceFirst("/revision/(?=refs/pr/)", "@")
            .replaceFirst("/revision/.*", "");
    Map<String, byte[]> files = repositories.get(repository);
    if (files == null) {
      return null;
    }
    ObjectNode answer =
        JSON.createObjectNode().put("id", repository).put("sha", commit(repository));
    files.forEach(
        (name, content) -> {
          ObjectNode sibling = answer.withArray("siblings").addObject().put("rfilename", name);
          if (listsChecksums) {
            sibling.put("blobId", gitName(content)).put("size", content.length);
            if (isLarge(name)) {
              sibling
                  .putObject("lfs")
                  .put("sha256", sha256(content))
                  .put("size", content.length)
                  .put("pointerSize", 130);
            }
          }
        });
    return JSON.writeValueAsBytes(answer);
  }

  private static String commit(String repository) {
    return repository.contains("@") ? CONVERTED : COMMIT;
  }

  private static boolean isLarge(String name) {
    return name.endsWith(".safetensors") || name.endsWith(".parquet");
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  static String gitName(byte[] content) {
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(header, header.length + content.length);
    System.arraycopy(content, 0, all, header.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static HttpServer server(String name) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(
          Executors.newCachedThreadPool(
              task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
              }));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URI address(HttpServer server) {
    return URI.create("http://localhost:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
  }
}
