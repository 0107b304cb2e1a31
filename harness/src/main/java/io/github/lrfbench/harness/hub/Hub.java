package io.github.lrfbench.harness.hub;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A hub of models and data sets, seen through a cache in the layout of Hugging Face's own tools.
 *
 * <p>A fetch goes on where an earlier one stopped, checks every file by the checksum that the hub
 * names, and shows a file under its name only when it is whole; processes that fetch the same take
 * turns. What fails for a reason that may pass is tried again.
 */
public final class Hub {
  private final HubSettings settings;
  private final FetchListener listener;

  Hub(HubSettings settings, FetchListener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * The hub that the environment names: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code
   * HF_HUB_OFFLINE}, {@code HF_HUB_CACHE}, {@code HF_HOME}.
   *
   * @param projectCache where the cache lies unless the environment names a place for it
   * @throws InputException if a setting makes no sense
   */
  public static Hub open(Path projectCache, FetchListener listener) {
    return new Hub(HubSettings.of(System.getenv(), projectCache), listener);
  }

  /**
   * A model as it is in the cache, without asking the hub, or nothing if it is not all there.
   *
   * @throws InputException if the cache cannot be read
   */
  public Optional<Snapshot> cached(HubRepo repo) {
    return cached(repo, ModelFiles::complete);
  }

  /**
   * A model from the cache if it is there, else from the hub.
   *
   * @throws InputException if there is none, or none that may be read
   * @throws HubException if the hub fails
   */
  public Snapshot model(HubRepo repo) {
    return cached(repo).orElseGet(() -> fetch(repo));
  }

  /**
   * A model as it is on the hub now; only what the cache lacks is fetched. Offline, the one in the
   * cache.
   *
   * @throws InputException if there is none, or none that may be read
   * @throws HubException if the hub fails
   */
  public Snapshot fetch(HubRepo repo) {
    if (settings.offline()) {
      return cached(repo).orElseThrow(() -> offline(repo));
    }
    HubClient client = new HubClient(settings);
    HubListing listing = list(client, repo);
    ModelFiles files = ModelFiles.of(listing);
    files.require(repo);
    if (files.pickled()) {
      Optional<Snapshot> converted =
          Conversion.of(client, repo, listing.commit())
              .flatMap(request -> fetchConversion(client, repo, listing.commit(), request));
      if (converted.isPresent()) {
        return converted.get();
      }
    }
    took(repo, files, files.pickled() ? "; there are no safetensors" : "");
    return fetch(client, repo, listing, files::wanted, ModelFiles.order());
  }

  /** The model as a pull request has it, which is one commit further with safetensors. */
  private Optional<Snapshot> fetchConversion(
      HubClient client, HubRepo repo, String commit, HubRepo request) {
    HubListing listing = list(client, request);
    ModelFiles files = ModelFiles.of(listing);
    if (files.weights().isEmpty() || files.pickled()) {
      return Optional.empty();
    }
    files.require(request);
    took(request, files, ", which the hub converted; the main branch has no safetensors");
    Snapshot snapshot = fetch(client, request, listing, files::wanted, ModelFiles.order());
    HubCache cache = new HubCache(settings.cache(), repo);
    try {
      cache.setConversion(commit, snapshot.commit());
      cache.setCommit(repo.revision(), commit);
    } catch (IOException e) {
      throw Faults.cannotWrite(settings.cache(), e);
    }
    return Optional.of(snapshot);
  }

  private void took(HubRepo repo, ModelFiles files, String why) {
    List<String> weights = files.weights();
    listener.took(
        repo
            + ": takes "
            + weights.get(0)
            + (weights.size() > 1 ? " and " + (weights.size() - 1) + " more" : "")
            + why);
  }

  /**
   * Files of a data set as they are on the hub now, or in the cache where there is no network.
   *
   * @param wanted which files, by their paths in the repository
   * @param complete whether a folder in the cache holds them all
   * @throws InputException if there is no such data set, or none that may be read
   * @throws HubException if the hub fails
   */
  public Snapshot dataset(HubRepo repo, Predicate<String> wanted, Predicate<Path> complete) {
    if (settings.offline()) {
      return cached(repo, complete).orElseThrow(() -> offline(repo));
    }
    HubClient client = new HubClient(settings);
    HubListing listing = list(client, repo);
    return fetch(client, repo, listing, wanted, Comparator.comparing(HubFile::path));
  }

  private Optional<Snapshot> cached(HubRepo repo, Predicate<Path> complete) {
    HubCache cache = new HubCache(settings.cache(), repo);
    try {
      Optional<String> commit = cache.commit(repo.revision());
      if (commit.isEmpty()) {
        return Optional.empty();
      }
      return Stream.of(cache.conversion(commit.get()), commit)
          .flatMap(Optional::stream)
          .map(found -> new Snapshot(cache.snapshot(found), found))
          .filter(snapshot -> complete.test(snapshot.directory()))
          .findFirst();
    } catch (IOException e) {
      throw Faults.of(settings.cache(), e);
    }
  }

  private InputException offline(HubRepo repo) {
    return new InputException(
        repo + " is not in the cache " + settings.cache() + ", and HF_HUB_OFFLINE is set");
  }

  private HubListing list(HubClient client, HubRepo repo) {
    return retries().run(repo.toString(), () -> client.list(repo));
  }

  private Snapshot fetch(
      HubClient client,
      HubRepo repo,
      HubListing listing,
      Predicate<String> wanted,
      Comparator<HubFile> order) {
    HubCache cache = new HubCache(settings.cache(), repo);
    String commit = listing.commit();
    List<HubFile> files = new ArrayList<>();
    for (HubListing.Entry entry : listing.files()) {
      if (wanted.test(entry.path())) {
        files.add(entry.known().orElseGet(() -> describe(client, repo, commit, entry.path())));
      }
    }
    files.sort(order);
    try {
      download(client, cache, repo, commit, files);
      cache.setCommit(repo.revision(), commit);
    } catch (IOException e) {
      throw Faults.cannotWrite(settings.cache(), e);
    }
    return new Snapshot(cache.snapshot(commit), commit);
  }

  private HubFile describe(HubClient client, HubRepo repo, String commit, String path) {
    return retries()
        .run(repo + ": " + path, () -> client.describe(repo, commit, path))
        .orElseThrow(() -> new HubException(repo + ": the hub names no checksum for " + path));
  }

  private void download(
      HubClient client, HubCache cache, HubRepo repo, String commit, List<HubFile> files)
      throws IOException {
    List<HubFile> missing = new ArrayList<>();
    long total = 0;
    long present = 0;
    for (HubFile file : files) {
      if (!cache.has(file)) {
        missing.add(file);
        total = add(total, file.size());
        present += cache.bytesOf(file);
      }
    }
    requireSpace(repo, total - present);
    if (!missing.isEmpty()) {
      listener.started(repo.toString(), total);
    }
    long before = 0;
    for (HubFile file : files) {
      if (missing.contains(file)) {
        long base = before;
        new Download(client, cache, repo, commit, file)
            .run(retries(), have -> listener.arrived(file.path(), base + have));
        before += file.size();
      }
      cache.link(commit, file);
    }
  }

  /** The sum, or the largest number: what a hub lists may be any. */
  static long add(long bytes, long more) {
    return bytes + Math.min(more, Long.MAX_VALUE - bytes);
  }

  /** A disk that is too small is better known before the first hour than after it. */
  private void requireSpace(HubRepo repo, long bytes) throws IOException {
    Path folder = Files.createDirectories(settings.cache());
    // Not by a FileStore, which is not found where a folder's mount is not listed.
    long free = folder.toFile().getUsableSpace();
    if (bytes > free) {
      throw new InputException(
          folder + ": " + repo + " needs " + bytes + " bytes, but only " + free + " are free");
    }
  }

  private Retries retries() {
    return new Retries(settings.pause(), listener::note);
  }
}
