package io.github.lrfbench.kernels.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 32})
  void manyShortLoopsLoseNoTask(int threads) {
    try (Workers workers = new Workers(threads)) {
      AtomicLong sum = new AtomicLong();
      for (int loop = 0; loop < 20_000; loop++) {
        workers.forEach(loop % 9, sum::addAndGet);
      }
      long expected = 0;
      for (int loop = 0; loop < 20_000; loop++) {
        int count = loop % 9;
        expected += count * (count - 1) / 2;
      }
      assertEquals(expected, sum.get());
    }
  }

  @Test
  void allThreadsTakePartAndSleepersWake() throws InterruptedException {
    assertAllTakePart(3);
  }

  /** Sleepers are woken by others that were asleep. */
  @Test
  void allThreadsOfALargeTeamTakePart() throws InterruptedException {
    assertAllTakePart(6);
    assertAllTakePart(64);
  }

  private static void assertAllTakePart(int threads) throws InterruptedException {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 3; round++) {
        CyclicBarrier allHere = new CyclicBarrier(threads);
        workers.forEach(threads, i -> await(allHere));
        Thread.sleep(20);
      }
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not all threads took part", e);
    }
  }

  /** What a thread wrote in one loop it finds in its cache in the next. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void aThreadGetsTheSameTasksInOneLoopAfterAnother(int threads) {
    try (Workers workers = new Workers(threads)) {
      Thread[] first = threadsOfTasks(workers, 3 * threads);
      for (int loop = 0; loop < 20; loop++) {
        assertArrayEquals(first, threadsOfTasks(workers, 3 * threads));
      }
      assertSame(Thread.currentThread(), first[0]);
      assertEquals(threads, Set.copyOf(Arrays.asList(first)).size());
    }
  }

  /** Nobody is done with the first of its tasks before all have begun, nor with the second. */
  private static Thread[] threadsOfTasks(Workers workers, int count) {
    Thread[] threads = new Thread[count];
    CyclicBarrier all = new CyclicBarrier(workers.threads());
    workers.forEach(
        count,
        i -> {
          threads[i] = Thread.currentThread();
          await(all);
        });
    return threads;
  }

  /** Those who are done take what is left of others. */
  @Test
  void nobodyWaitsForTheTasksOfOneThatIsBusy() {
    try (Workers workers = new Workers(2)) {
      AtomicInteger others = new AtomicInteger();
      workers.forEach(
          10,
          i -> {
            if (i == 0) {
              while (others.get() < 9) {
                Thread.onSpinWait();
              }
            } else {
              others.incrementAndGet();
            }
          });
      assertEquals(9, others.get());
    }
  }

  @Test
  void aLoopInsideALoopStaysOnItsThread() {
    try (Workers workers = new Workers(3)) {
      assertEquals(3, workers.width());
      workers.forEach(
          3,
          i -> {
            assertEquals(1, workers.width());
            Set<Thread> inner = ConcurrentHashMap.newKeySet();
            workers.forEach(50, j -> inner.add(Thread.currentThread()));
            assertEquals(Set.of(Thread.currentThread()), inner);
          });
      assertEquals(3, workers.width());
    }
  }

  @Test
  void aThreadThatFindsTheTeamAtWorkRunsItsLoopAlone() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      Thread first =
          new Thread(
              () ->
                  workers.forEach(
                      2,
                      i -> {
                        started.countDown();
                        awaitQuietly(release);
                      }));
      first.start();
      started.await();
      AtomicInteger runs = new AtomicInteger();
      workers.forEach(10, i -> runs.incrementAndGet());
      assertEquals(10, runs.get());
      release.countDown();
      first.join();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFailureSkipsWhatHasNotBegunAndLeavesTheTeamUsable() {
    try (Workers workers = new Workers(3)) {
      for (int round = 0; round < 200; round++) {
        RuntimeException failure = new RuntimeException("task failed");
        AtomicInteger runs = new AtomicInteger();
        Throwable thrown =
            assertThrows(
                RuntimeException.class,
                () ->
                    workers.forEach(
                        10_000,
                        i -> {
                          runs.incrementAndGet();
                          throw failure;
                        }));
        assertSame(failure, thrown);
        assertTrue(runs.get() <= 3, "only tasks that had begun ran");
        AtomicInteger after = new AtomicInteger();
        workers.forEach(10, i -> after.incrementAndGet());
        assertEquals(10, after.get());
      }
    }
  }

  @Test
  void checkedFailuresAreNotLost() {
    try (Workers workers = new Workers(2)) {
      Exception failure = new Exception("smuggled");
      Throwable thrown =
          assertThrows(
              IllegalStateException.class,
              () -> workers.forEach(2, i -> WorkersTest.<RuntimeException>smuggle(failure)));
      assertSame(failure, thrown.getCause());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Exception> void smuggle(Exception exception) throws T {
    throw (T) exception;
  }

  @Test
  void aClosedTeamStillRunsLoops() {
    Workers workers = new Workers(3);
    workers.close();
    workers.close();
    AtomicInteger runs = new AtomicInteger();
    workers.forEach(10, i -> runs.incrementAndGet());
    assertEquals(10, runs.get());
  }
}
