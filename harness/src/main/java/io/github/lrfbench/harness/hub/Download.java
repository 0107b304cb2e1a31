package io.github.lrfbench.harness.hub;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.LockFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Brings one content into the cache: goes on where an earlier fetch stopped, and shows it under its
 * name only after its checksum was found right.
 */
final class Download {
  private static final int BUFFER = 1 << 16;

  /** So many bytes more are progress, after which failures are counted anew. */
  private static final long PROGRESS = 1 << 16;

  private final HubClient client;
  private final HubCache cache;
  private final HubRepo repo;
  private final String commit;
  private final HubFile file;
  private final Path incomplete;
  private boolean mistaken;

  /** A server that begins anew each time makes no progress. */
  private long farthest;

  Download(HubClient client, HubCache cache, HubRepo repo, String commit, HubFile file) {
    this.client = client;
    this.cache = cache;
    this.repo = repo;
    this.commit = commit;
    this.file = file;
    incomplete = cache.incomplete(file.checksum());
  }

  /**
   * Fetches what is missing.
   *
   * @param arrived hears how many bytes of the file are there
   * @throws io.github.lrfbench.kernels.InputException if the cache cannot be written
   */
  void run(Retries retries, LongConsumer arrived) throws IOException {
    Path place = cache.lock(file.checksum());
    Files.createDirectories(place.getParent());
    try (LockFile lock = LockFile.take(place)) {
      if (!cache.has(file)) {
        retries.run(repo + ": " + file.path(), () -> attempt(retries, arrived));
      }
    }
    arrived.accept(file.size());
  }

  private Void attempt(Retries retries, LongConsumer arrived) throws IOException {
    try (FileChannel out = write(() -> open())) {
      long have = write(out::size);
      if (have < file.size()) {
        have = receive(out, have, retries, arrived);
      }
      if (have < file.size()) {
        throw new TransientFailure("broke off after " + have + " of " + file.size() + " bytes");
      }
      write(
          () -> {
            out.force(true);
            return null;
          });
    }
    verify();
    return write(
        () -> {
          HubCache.move(incomplete, cache.blob(file.checksum()));
          return null;
        });
  }

  private FileChannel open() throws IOException {
    Files.createDirectories(incomplete.getParent());
    if (Files.isRegularFile(incomplete) && Files.size(incomplete) > file.size()) {
      Files.delete(incomplete);
    }
    return FileChannel.open(incomplete, CREATE, WRITE, APPEND);
  }

  /** Appends what the server sends, and returns how much there is then. */
  private long receive(FileChannel out, long start, Retries retries, LongConsumer arrived)
      throws IOException {
    HttpResponse<InputStream> response = client.open(repo, commit, file.path(), start);
    try (InputStream body = client.body(response)) {
      if (response.statusCode() == 416) {
        write(() -> out.truncate(0));
        throw new TransientFailure("the server has nothing at byte " + start);
      }
      long have = start;
      if (!continues(response, start)) {
        write(() -> out.truncate(0));
        have = 0;
      }
      byte[] buffer = new byte[BUFFER];
      for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
        if (have + count > file.size()) {
          write(() -> out.truncate(0));
          throw new TransientFailure(
              "the server sends more than the " + file.size() + " bytes it named");
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
        while (bytes.hasRemaining()) {
          write(() -> out.write(bytes));
        }
        have += count;
        if (have - farthest >= PROGRESS) {
          farthest = have;
          retries.progressed();
        }
        arrived.accept(have);
      }
      return have;
    }
  }

  /** Whether the body begins where the file ends, not at the beginning. */
  private static boolean continues(HttpResponse<?> response, long start) throws IOException {
    if (response.statusCode() != 206) {
      return response.statusCode() == 200 && start == 0;
    }
    String range = response.headers().firstValue("Content-Range").orElse("");
    if (!range.startsWith("bytes " + start + "-")) {
      throw new TransientFailure("the server sends another part than was asked for");
    }
    return true;
  }

  /** A content that was put together from parts may be wrong by them: it is fetched once more. */
  private void verify() throws IOException {
    String found = file.checksum().compute(incomplete);
    if (found.equals(file.checksum().hex())) {
      return;
    }
    Files.delete(incomplete);
    String fault =
        "the content does not fit its "
            + file.checksum().kind()
            + ": "
            + found
            + " instead of "
            + file.checksum().hex();
    if (mistaken) {
      throw new HubException(repo + ": " + file.path() + ": " + fault);
    }
    mistaken = true;
    throw new TransientFailure(fault);
  }

  /**
   * Runs something on the disk; a fault of it must not be taken for one of the network. What was
   * written so far would keep a full disk full.
   */
  private <T> T write(Retries.Attempt<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      try {
        Files.deleteIfExists(incomplete);
      } catch (IOException another) {
        e.addSuppressed(another);
      }
      throw Faults.cannotWrite(incomplete, e);
    }
  }
}
