package io.github.lrfbench.harness.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A stream that fails when nothing or next to nothing comes for too long; the HTTP client would
 * wait for the rest of a body for ever.
 */
final class PatientStream extends FilterInputStream {
  /** Bytes a second below which a server is as good as silent. */
  private static final long SLOWEST = 1000;

  private static final double SECOND = 1e9;

  private final Duration patience;
  private long waited;
  private long arrived;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "hub-reader");
            thread.setDaemon(true);
            return thread;
          });

  PatientStream(InputStream in, Duration patience) {
    super(in);
    this.patience = patience;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Future<Integer> read = reader.submit(() -> in.read(buffer, offset, length));
    try {
      long start = System.nanoTime();
      int count = read.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      requireSpeed(count, System.nanoTime() - start);
      return count;
    } catch (TimeoutException e) {
      throw new TransientFailure("the server is silent for " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new TransientFailure("the connection broke off");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException("stopped", e);
    }
  }

  /** A server that sends a byte now and then is never silent. */
  private void requireSpeed(int count, long nanos) throws TransientFailure {
    waited += nanos;
    arrived += Math.max(0, count);
    if (count >= 0 && waited >= patience.toNanos()) {
      if (arrived < SLOWEST * waited / SECOND) {
        throw new TransientFailure("the server sends less than " + SLOWEST + " bytes a second");
      }
      waited = 0;
      arrived = 0;
    }
  }

  @Override
  public void close() throws IOException {
    reader.shutdownNow();
    super.close();
  }
}
