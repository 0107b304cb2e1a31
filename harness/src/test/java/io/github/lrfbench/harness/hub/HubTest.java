package io.github.lrfbench.harness.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.hub.FakeHub.Fault;
import io.github.lrfbench.harness.hub.FakeHub.Request;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetching from a hub that misbehaves in every way that real ones do. */
class HubTest {
  private static final HubRepo REPO = HubRepo.model("hf:someone/tiny");
  private static final HubRepo OLD = HubRepo.model("hf:someone/old");
  private static final String WEIGHTS = "model.safetensors";
  private static final byte[] CONTENT = new byte[300_000];
  private static final byte[] CONFIG =
      "{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8);

  static {
    new Random(7).nextBytes(CONTENT);
  }

  private final FakeHub server = new FakeHub();
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

  private final List<String> taken = new ArrayList<>();

  @TempDir private Path cache;

  @BeforeEach
  void putModel() {
    server.put("someone/tiny", "config.json", CONFIG);
    server.put("someone/tiny", "vocab.txt", "[PAD]\n".getBytes(StandardCharsets.UTF_8));
    server.put("someone/tiny", WEIGHTS, CONTENT);
    server.put("someone/tiny", "pytorch_model.bin", new byte[10]);
    server.put("someone/tiny", "onnx/config.json", new byte[10]);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatAModelNeedsIsFetchedIntoTheLayoutOfOtherTools() throws IOException {
    Snapshot snapshot = hub().fetch(REPO);
    assertEquals(FakeHub.COMMIT, snapshot.commit());
    assertWhole(snapshot);
    assertArrayEquals(CONFIG, Files.readAllBytes(snapshot.directory().resolve("config.json")));
    assertFalse(Files.exists(snapshot.directory().resolve("pytorch_model.bin")));
    assertFalse(Files.exists(snapshot.directory().resolve("onnx")));
    Path repository = cache.resolve("models--someone--tiny");
    assertEquals(repository.resolve("snapshots").resolve(FakeHub.COMMIT), snapshot.directory());
    assertEquals(FakeHub.COMMIT, Files.readString(repository.resolve("refs/main")));
    assertTrue(Files.isRegularFile(repository.resolve("blobs").resolve(FakeHub.sha256(CONTENT))));
    assertTrue(Files.isRegularFile(repository.resolve("blobs").resolve(FakeHub.gitName(CONFIG))));
  }

  @Test
  void aSecondFetchTakesWhatIsThere() throws IOException {
    hub().fetch(REPO);
    assertWhole(hub().fetch(REPO));
    assertEquals(1, server.requests("store", WEIGHTS).size());
    assertEquals(1, server.requests("hub", "/config.json").size());
  }

  @Test
  void aBrokenConnectionIsTakenUpWhereItBroke() throws IOException {
    Path arriving = incomplete();
    server.fail(WEIGHTS, FakeHub.breakOff(100_000, arriving), FakeHub.breakOff(50_000, arriving));
    assertWhole(hub().fetch(REPO));
    List<Request> requests = server.requests("store", WEIGHTS);
    assertEquals(3, requests.size());
    assertNull(requests.get(0).range());
    assertEquals("bytes=100000-", requests.get(1).range());
    assertEquals("bytes=150000-", requests.get(2).range());
    assertEquals(2, notes.size(), notes::toString);
  }

  @Test
  void whatAnEarlierProcessLeftIsTakenUp() throws IOException {
    Path incomplete = incomplete();
    Files.write(incomplete, Arrays.copyOf(CONTENT, 120_000));
    assertWhole(hub().fetch(REPO));
    assertEquals("bytes=120000-", server.requests("store", WEIGHTS).get(0).range());
    assertFalse(Files.exists(incomplete));
  }

  @Test
  void aServerWithoutRangesSendsAllAgain() throws IOException {
    Files.write(incomplete(), Arrays.copyOf(CONTENT, 120_000));
    server.fail(WEIGHTS, FakeHub.ignoreRange());
    assertWhole(hub().fetch(REPO));
  }

  @Test
  void aDamagedBeginningIsFetchedAgain() throws IOException {
    Files.write(incomplete(), new byte[120_000]);
    assertWhole(hub().fetch(REPO));
    assertEquals(2, server.requests("store", WEIGHTS).size());
  }

  @Test
  void aBeginningThatIsTooLongIsThrownAway() throws IOException {
    Files.write(incomplete(), new byte[CONTENT.length + 1]);
    assertWhole(hub().fetch(REPO));
  }

  @Test
  void aWrongContentIsNeverShown() throws IOException {
    server.fail(WEIGHTS, FakeHub.garbage(), FakeHub.garbage());
    HubException failure = assertThrows(HubException.class, () -> hub().fetch(REPO));
    assertTrue(failure.getMessage().contains("SHA-256"), failure.getMessage());
    assertTrue(failure.getMessage().contains(FakeHub.sha256(CONTENT)), failure.getMessage());
    assertTrue(hub().cached(REPO).isEmpty());
    assertEquals(List.of(), filesNamed(FakeHub.sha256(CONTENT)));
  }

  @Test
  void aLieAboutTheLengthIsFoundOut() throws IOException {
    server.fail(WEIGHTS, FakeHub.longer(1000), FakeHub.shorter(1000));
    assertWhole(hub().fetch(REPO));
    assertTrue(notes.get(0).contains("more than the 300000 bytes"), notes.toString());
    assertTrue(notes.get(1).contains("1000 of 300000 bytes"), notes.toString());
  }

  @Test
  void aServerThatAlwaysBreaksOffAtTheSamePlaceIsGivenUp() {
    Fault stuck =
        (exchange, content, offset) -> FakeHub.breakOff(1000).answer(exchange, content, 0);
    server.fail(WEIGHTS, Collections.nCopies(20, stuck).toArray(Fault[]::new));
    HubException failure = assertThrows(HubException.class, () -> hub().fetch(REPO));
    assertTrue(failure.getMessage().contains("given up"), failure.getMessage());
  }

  @Test
  void theTokenGoesToTheHubAndNowhereElse() throws IOException {
    Snapshot snapshot = new Hub(server.settings(cache, "hf_secret", false), listener()).fetch(REPO);
    assertWhole(snapshot);
    assertEquals("Bearer hf_secret", server.requests("hub", "/config.json").get(0).authorization());
    assertEquals("Bearer hf_secret", server.requests("hub", WEIGHTS).get(0).authorization());
    assertNull(server.requests("store", WEIGHTS).get(0).authorization());
    for (Path file : filesNamed("")) {
      assertFalse(
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("hf_secret"));
    }
  }

  @Test
  void neitherTokensNorSignaturesAreInMessages() {
    server.fail(WEIGHTS, Collections.nCopies(5, FakeHub.status(500)).toArray(Fault[]::new));
    Hub hub = new Hub(server.settings(cache, "hf_secret", false), listener());
    HubException failure = assertThrows(HubException.class, () -> hub.fetch(REPO));
    String all = failure + notes.toString() + server.settings(cache, "hf_secret", false);
    assertFalse(all.contains("hf_secret") || all.contains("signature"), all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hf_a\nb", "hf a", "hf_é"})
  void aTokenThatIsNoneIsNotQuoted(String token) {
    InputException fault =
        assertThrows(
            InputException.class, () -> HubSettings.of(java.util.Map.of("HF_TOKEN", token), cache));
    assertFalse(fault.getMessage().contains(token), fault.getMessage());
  }

  @Test
  void whatTheUserCanMendIsNotTriedAgain() {
    assertRefused(FakeHub.status(401), "set HF_TOKEN");
    assertRefused(FakeHub.status(401, "X-Error-Code", "GatedRepo"), "set HF_TOKEN");
    assertRefused(FakeHub.status(403), "access denied");
    assertRefused(FakeHub.status(404), "no such repository");
    assertRefused(FakeHub.status(404, "X-Error-Code", "RevisionNotFound"), "no revision 'main'");
    assertEquals(List.of(), notes);
  }

  @Test
  void anExpiredAddressOfTheStoreIsAskedForAgain() throws IOException {
    server.fail(WEIGHTS, FakeHub.status(403));
    assertWhole(hub().fetch(REPO));
    assertEquals(2, server.requests("hub", WEIGHTS).size());
  }

  @Test
  void aBusyServerIsAskedAgainWhenItSaysSo() throws IOException {
    server.fail(
        "/revision/main",
        FakeHub.status(429, "Retry-After", "0"),
        FakeHub.status(503, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),
        FakeHub.status(500));
    assertWhole(hub().fetch(REPO));
    assertEquals(3, notes.size(), notes::toString);
  }

  @Test
  void aServerThatWantsTooLongAPauseIsNotWaitedFor() {
    server.fail("/revision/main", FakeHub.status(429, "Retry-After", "86400"));
    HubException failure = assertThrows(HubException.class, () -> hub().fetch(REPO));
    assertTrue(failure.getMessage().contains("86400 s"), failure.getMessage());
  }

  @Test
  void aServerThatOnlyFailsIsGivenUp() {
    server.fail(
        "/revision/main", Collections.nCopies(20, FakeHub.status(502)).toArray(Fault[]::new));
    HubException failure = assertThrows(HubException.class, () -> hub().fetch(REPO));
    assertTrue(failure.getMessage().contains("502"), failure.getMessage());
    assertEquals(5, server.requests("hub", "/revision/main").size());
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    HubSettings settings = server.settings(cache);
    server.close();
    HubException failure =
        assertThrows(HubException.class, () -> new Hub(settings, listener()).fetch(REPO));
    assertTrue(failure.getMessage().contains("cannot reach localhost"), failure.getMessage());
  }

  @Test
  void aSilentServerIsNotWaitedForForEver() throws IOException {
    Fault silence =
        (exchange, content, offset) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 10);
          exchange.getResponseBody().flush();
          try {
            Thread.sleep(2000);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        };
    server.fail(WEIGHTS, silence);
    HubSettings patient = server.settings(cache);
    HubSettings hasty =
        new HubSettings(
            patient.endpoint(), null, cache, false, patient.pause(), Duration.ofMillis(500));
    assertWhole(new Hub(hasty, listener()).fetch(REPO));
    assertTrue(notes.get(0).contains("silent"), notes.toString());
  }

  @Test
  void aRenamedRepositoryIsFollowed() throws IOException {
    server.fail(
        "old/tiny/revision/main",
        FakeHub.status(307, "Location", "/api/models/someone/tiny/revision/main?blobs=true"));
    server.fail(
        "old/tiny/resolve/" + FakeHub.COMMIT + "/config.json",
        FakeHub.status(
            307, "Location", "/someone/tiny/resolve/" + FakeHub.COMMIT + "/config.json"));
    for (String file : List.of("vocab.txt")) {
      server.fail(
          "old/tiny/resolve/" + FakeHub.COMMIT + "/" + file,
          FakeHub.status(307, "Location", "/someone/tiny/resolve/" + FakeHub.COMMIT + "/" + file));
    }
    server.put("old/tiny", WEIGHTS, CONTENT);
    assertWhole(hub().fetch(HubRepo.model("hf:old/tiny")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://localhost/x", "", "::"})
  void aRedirectionToSomethingElseIsRefused(String target) {
    server.fail("/revision/main", FakeHub.status(302, "Location", target));
    assertThrows(HubException.class, () -> hub().fetch(REPO));
  }

  @Test
  void redirectionsEnd() {
    Fault loop =
        FakeHub.status(302, "Location", "/api/models/someone/tiny/revision/main?blobs=true");
    server.fail("/revision/main", Collections.nCopies(50, loop).toArray(Fault[]::new));
    assertThrows(HubException.class, () -> hub().fetch(REPO));
  }

  @Test
  void twoFetchesAtOnceShareTheWork() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Snapshot>> fetches = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        fetches.add(threads.submit(() -> hub().fetch(REPO)));
      }
      for (Future<Snapshot> fetch : fetches) {
        assertWhole(fetch.get());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(1, server.requests("store", WEIGHTS).size());
  }

  @Test
  void offlineTheCacheIsAllThereIs() throws IOException {
    Hub offline = new Hub(server.settings(cache, null, true), listener());
    InputException fault = assertThrows(InputException.class, () -> offline.fetch(REPO));
    assertTrue(fault.getMessage().contains("HF_HUB_OFFLINE"), fault.getMessage());
    hub().fetch(REPO);
    int before = server.requests("hub", "").size();
    assertWhole(offline.fetch(REPO));
    assertWhole(offline.model(HubRepo.model("hf:someone/tiny@" + FakeHub.COMMIT)));
    assertEquals(before, server.requests("hub", "").size());
  }

  @Test
  void aModelInTheCacheIsUsedWithoutTheHub() throws IOException {
    hub().fetch(REPO);
    int before = server.requests("hub", "").size();
    assertWhole(hub().model(REPO));
    assertEquals(before, server.requests("hub", "").size());
  }

  @Test
  void aModelThatLacksItsWeightsIsNotInTheCache() throws IOException {
    Snapshot snapshot = hub().fetch(REPO);
    Files.delete(snapshot.directory().resolve(WEIGHTS));
    assertTrue(hub().cached(REPO).isEmpty());
    assertWhole(hub().model(REPO));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../outside.json",
        "/etc/x.json",
        "a\\b.json",
        "a//b.json",
        "./x.json",
        "a\u009bb.json",
        "a\u202ebson.json",
        "a\u2028.json",
        "a\u001b.json"
      })
  void aNameThatLeadsOutOfTheFolderIsRefused(String name) throws IOException {
    server.put("someone/tiny", name, CONFIG);
    assertThrows(HubException.class, () -> hub().fetch(REPO));
    assertEquals(List.of(), filesNamed("json"));
  }

  @Test
  void checksumsThatAreNotListedAreAskedFor() throws IOException {
    server.listNamesOnly();
    assertWhole(hub().fetch(REPO));
    assertEquals("HEAD", server.requests("hub", WEIGHTS).get(0).method());
    assertTrue(
        server.requests("store", WEIGHTS).stream().noneMatch(r -> r.method().equals("HEAD")));
  }

  @Test
  void aFullDiskIsAFaultOfTheDisk() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
    Files.createSymbolicLink(incomplete(), Path.of("/dev/full"));
    InputException fault = assertThrows(InputException.class, () -> hub().fetch(REPO));
    assertTrue(fault.getMessage().contains("No space left"), fault.getMessage());
    assertEquals(List.of(), notes);
    assertFalse(Files.exists(incomplete(), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aServerThatDripsIsNotWaitedForForEver() {
    Fault drip =
        (exchange, content, offset) -> {
          exchange.sendResponseHeaders(offset > 0 ? 206 : 200, content.length - offset);
          try {
            for (int i = offset; i < content.length; i++) {
              exchange.getResponseBody().write(content, i, 1);
              exchange.getResponseBody().flush();
              Thread.sleep(20);
            }
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        };
    Fault dripping =
        (exchange, content, offset) -> {
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes " + offset + "-" + (content.length - 1) + "/*");
          drip.answer(exchange, content, offset);
        };
    server.fail(WEIGHTS, Collections.nCopies(20, dripping).toArray(Fault[]::new));
    HubSettings patient = server.settings(cache);
    HubSettings hasty =
        new HubSettings(
            patient.endpoint(), null, cache, false, patient.pause(), Duration.ofMillis(300));
    Hub hub = new Hub(hasty, listener());
    HubException fault = assertThrows(HubException.class, () -> hub.fetch(REPO));
    assertTrue(fault.getMessage().contains("less than 1000 bytes a second"), fault.getMessage());
    assertTrue(fault.getMessage().contains("given up after 5 attempts"), fault.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"twelve", "-1", "99999999999999999999", "1e3", "0x10", ""})
  void aSizeThatIsNoNumberIsNoInternalError(String size) {
    HttpHeaders headers =
        HttpHeaders.of(Map.of("X-Linked-Size", List.of(size)), (name, value) -> true);
    assertTrue(HubResponses.size(headers, "X-Linked-Size").isEmpty());
  }

  @Test
  void sizesThatOverflowDoNotFit() {
    HubFile large = new HubFile("a", Long.MAX_VALUE, new Checksum("0".repeat(64)));
    assertEquals(Long.MAX_VALUE, Hub.add(large.size(), large.size()));
    assertEquals(3, Hub.add(1, 2));
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "");
    Hub hub = new Hub(server.settings(file.resolve("hub")), listener());
    InputException fault = assertThrows(InputException.class, () -> hub.fetch(REPO));
    assertTrue(fault.getMessage().contains(file.toString()), fault.getMessage());
  }

  @Test
  void aModelOfPickledFilesAloneIsFetchedAndSaidSo() throws IOException {
    putOld();
    Snapshot snapshot = hub().fetch(OLD);
    assertArrayEquals(
        CONTENT, Files.readAllBytes(snapshot.directory().resolve("pytorch_model.bin")));
    assertFalse(Files.exists(snapshot.directory().resolve("training_args.bin")));
    assertEquals(
        List.of("hf:someone/old: takes pytorch_model.bin; there are no safetensors"), taken);
    assertEquals(snapshot, hub().cached(OLD).orElseThrow());
  }

  @Test
  void theHubsConversionComesBeforePickledFiles() throws IOException {
    putOld();
    server
        .put("someone/old@refs/pr/3", "config.json", CONFIG)
        .put("someone/old@refs/pr/3", "vocab.txt", CONFIG)
        .put("someone/old@refs/pr/3", "pytorch_model.bin", CONTENT)
        .put("someone/old@refs/pr/3", WEIGHTS, CONTENT);
    server.tell("/discussions", discussion("SFconvertbot", "open"));
    server.tell(
        "/commits/refs/pr/3",
        "[{\"id\": \"" + "a".repeat(40) + "\"}, {\"id\": \"" + FakeHub.COMMIT + "\"}]");
    Snapshot snapshot = hub().fetch(OLD);
    assertArrayEquals(CONTENT, Files.readAllBytes(snapshot.directory().resolve(WEIGHTS)));
    assertFalse(Files.exists(snapshot.directory().resolve("pytorch_model.bin")));
    assertTrue(taken.get(0).startsWith("hf:someone/old@refs/pr/3: takes model.safetensors, "));
    assertEquals(snapshot, hub().cached(OLD).orElseThrow());
    assertEquals(snapshot, new Hub(server.settings(cache, null, true), listener()).fetch(OLD));
  }

  @ParameterizedTest
  @CsvSource({"someone, open, true", "SFconvertbot, closed, true", "SFconvertbot, open, false"})
  void aConversionOfSomeoneElseOrOfAnotherCommitIsLeft(String author, String status, boolean now)
      throws IOException {
    putOld();
    server.put("someone/old@refs/pr/3", WEIGHTS, CONTENT);
    server.tell("/discussions", discussion(author, status));
    String parent = now ? FakeHub.COMMIT : "b".repeat(40);
    server.tell("/commits/refs/pr/3", "[{\"id\": \"a\"}, {\"id\": \"" + parent + "\"}]");
    Snapshot snapshot = hub().fetch(OLD);
    assertTrue(Files.exists(snapshot.directory().resolve("pytorch_model.bin")));
    assertFalse(Files.exists(snapshot.directory().resolve(WEIGHTS)));
  }

  private void putOld() {
    server
        .put("someone/old", "config.json", CONFIG)
        .put("someone/old", "vocab.txt", CONFIG)
        .put("someone/old", "training_args.bin", CONFIG)
        .put("someone/old", "pytorch_model.bin", CONTENT);
  }

  private static String discussion(String author, String status) {
    return "{\"count\": 1, \"start\": 0, \"discussions\": [{\"num\": 3, \"isPullRequest\": true,"
        + " \"title\": \"Adding `safetensors` variant of this model\", \"status\": \""
        + status
        + "\", \"author\": {\"name\": \""
        + author
        + "\"}}]}";
  }

  @Test
  void anAnswerThatIsNotAHubsIsToldSo() {
    Fault page =
        (exchange, content, offset) -> {
          exchange.sendResponseHeaders(200, 6);
          exchange.getResponseBody().write("<html>".getBytes(StandardCharsets.UTF_8));
        };
    server.fail("/revision/main", page);
    InputException fault = assertThrows(InputException.class, () -> hub().fetch(REPO));
    assertTrue(fault.getMessage().contains("HF_ENDPOINT"), fault.getMessage());
  }

  private void assertRefused(Fault answer, String named) {
    server.fail("/revision/main", answer);
    InputException fault = assertThrows(InputException.class, () -> hub().fetch(REPO));
    assertTrue(fault.getMessage().contains(named), fault.getMessage());
    assertTrue(fault.getMessage().contains("someone/tiny"), fault.getMessage());
  }

  private static void assertWhole(Snapshot snapshot) throws IOException {
    assertArrayEquals(CONTENT, Files.readAllBytes(snapshot.directory().resolve(WEIGHTS)));
  }

  private Path incomplete() throws IOException {
    Path blobs = Files.createDirectories(cache.resolve("models--someone--tiny/blobs"));
    return blobs.resolve(FakeHub.sha256(CONTENT) + ".incomplete");
  }

  /** Files with content, not links, below the cache. */
  private List<Path> filesNamed(String part) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".lock"))
          .filter(file -> file.getFileName().toString().contains(part))
          .toList();
    }
  }

  private Hub hub() {
    return new Hub(server.settings(cache), listener());
  }

  private FetchListener listener() {
    return new FetchListener() {
      @Override
      public void started(String what, long bytes) {}

      @Override
      public void arrived(String file, long bytes) {}

      @Override
      public void note(String line) {
        notes.add(line);
      }

      @Override
      public void took(String line) {
        taken.add(line);
      }
    };
  }
}
