package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Recording;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** What every {@link Device} promises. */
public abstract class DeviceContract extends ContractTest {
  @Test
  void theSoftwareHasVersions() {
    assertFalse(device().software().isEmpty());
    device().software().forEach((name, value) -> assertFalse(value.isBlank(), name));
  }

  @Test
  void aLoopRunsEveryTaskOnce() {
    for (int count : new int[] {0, 1, 2, 7, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(count);
      device().forEach(count, runs::incrementAndGet);
      for (int i = 0; i < count; i++) {
        assertEquals(1, runs.get(i), "task " + i + " of " + count);
      }
    }
  }

  @Test
  void loopsNest() {
    AtomicInteger runs = new AtomicInteger();
    device().forEach(5, i -> device().forEach(7, j -> runs.incrementAndGet()));
    assertEquals(35, runs.get());
  }

  @Test
  void theFirstFailureIsThrownWhenAllTasksHaveStopped() {
    AtomicInteger running = new AtomicInteger();
    IllegalStateException failure = new IllegalStateException("task failed");
    Throwable thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                device()
                    .forEach(
                        100,
                        i -> {
                          running.incrementAndGet();
                          try {
                            if (i == 3) {
                              throw failure;
                            }
                          } finally {
                            running.decrementAndGet();
                          }
                        }));
    assertSame(failure, thrown);
    assertEquals(0, running.get());
    aLoopRunsEveryTaskOnce();
  }

  @Test
  void errorsOfTasksAreThrownToo() {
    AssertionError failure = new AssertionError("task failed");
    assertSame(
        failure,
        assertThrows(
            AssertionError.class,
            () ->
                device()
                    .forEach(
                        8,
                        i -> {
                          throw failure;
                        })));
  }

  @Test
  void kernelsRunInsideTasks() {
    int tasks = 16;
    Grid x = Grid.random(9, 70, 1);
    Grid w = Grid.random(90, 70, 2);
    Grid expected = ReferenceNn.linear(x, w, null, Activation.NONE);
    Grid[] results = new Grid[tasks];
    device()
        .forEach(
            tasks,
            i -> {
              try (Scope own = device().openScope()) {
                Matrix a = Placed.of(own, DType.F32, Placed.Layout.PACKED, x).matrix();
                Matrix b = Placed.of(own, DType.F32, Placed.Layout.PACKED, w).matrix();
                Placed y = Placed.empty(own, DType.F32, Placed.Layout.PACKED, 9, 90);
                device().nn().linear(a, true, b, null, Activation.NONE, y.matrix());
                results[i] = y.read();
              }
            });
    for (Grid result : results) {
      Placed.assertClose(expected, result, tolerance(DType.F32), "linear in a task");
    }
  }

  @Test
  void severalThreadsMayUseTheDeviceAtOnce() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                for (int round = 0; round < 200; round++) {
                  device().forEach(5, i -> done.incrementAndGet());
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(4 * 200 * 5, done.get());
  }

  @Test
  void memoryCountsWhatScopesHold() {
    Device.MemoryUse before = device().memory();
    try (Scope own = device().openScope()) {
      own.allocate(DType.F32, 1000, 100);
      assertTrue(device().memory().currentBytes() >= before.currentBytes() + 400_000);
    }
    assertEquals(before.currentBytes(), device().memory().currentBytes());
    assertTrue(device().memory().peakBytes() >= before.currentBytes() + 400_000);
    device().resetPeakMemory();
    assertEquals(device().memory().currentBytes(), device().memory().peakBytes());
  }

  @Test
  void aRecordingDoesItsWorkAgainOnWhatTensorsHoldThen() {
    Grid w = Grid.random(40, 30, 1);
    Matrix x = packed(DType.F32, Grid.random(3, 40, 2));
    Matrix weights = packed(DType.F32, w);
    Matrix y = packed(DType.F32, Grid.random(3, 30, 3));
    Runnable work =
        () -> {
          try (Scope own = device().openScope()) {
            Matrix middle = Matrix.of(own.allocate(DType.F32, 3, 30));
            device().blas().gemm(false, false, 1, x, weights, 0, middle);
            device().blas().copy(middle, y);
          }
        };
    try (Recording recording = device().record(work)) {
      assertHolds(y, ReferenceBlas.multiply(Grid.random(3, 40, 2), w), "done once");
      for (int round = 4; round < 7; round++) {
        Grid input = Grid.random(3, 40, round);
        x.data().write(0, input.values(), 0, input.values().length);
        try (Scope other = device().openScope()) {
          other.zeros(DType.F32, 3, 30);
          recording.replay();
        }
        assertHolds(y, ReferenceBlas.multiply(input, w), "replay");
      }
    }
  }

  private void assertHolds(Matrix y, Grid expected, String what) {
    new Placed(y).assertHolds(expected, tolerance(DType.F32), what);
  }

  @Test
  void workThatReadsTensorsIsRunAgainAsItIs() {
    Matrix x = packed(DType.F32, Grid.row(3, 4));
    double[] norm = new double[1];
    try (Recording recording = device().record(() -> norm[0] = device().blas().squaredNorm(x))) {
      assertEquals(25, norm[0], 1e-12);
      x.data().write(0, new double[] {1}, 0, 1);
      recording.replay();
      assertEquals(17, norm[0], 1e-12);
    }
  }

  @Test
  void failuresOfRecordedWorkAreThrown() {
    IllegalStateException failure = new IllegalStateException("work failed");
    Runnable work =
        () -> {
          throw failure;
        };
    assertSame(
        failure, assertThrows(IllegalStateException.class, () -> device().record(work).close()));
  }

  @Test
  void aClosedRecordingFails() {
    Recording recording = device().record(() -> {});
    recording.close();
    recording.close();
    assertThrows(IllegalStateException.class, recording::replay);
  }

  @Test
  void aRecordingLeavesNoMemoryInUse() {
    long before = device().memory().currentBytes();
    try (Recording recording =
        device()
            .record(
                () -> {
                  try (Scope own = device().openScope()) {
                    own.zeros(DType.F32, 1000);
                  }
                })) {
      recording.replay();
    }
    assertEquals(before, device().memory().currentBytes());
  }

  @Test
  void workIsTimed() {
    Matrix x = packed(DType.F32, Grid.random(50, 50, 1));
    Matrix y = packed(DType.F32, Grid.random(50, 50, 2));
    AtomicInteger runs = new AtomicInteger();
    Device.Timing timing =
        device()
            .time(
                () -> {
                  runs.incrementAndGet();
                  device().blas().gemm(false, false, 1, x, x, 0, y);
                });
    assertEquals(1, runs.get());
    assertTrue(timing.wallMillis() > 0, timing.toString());
    assertTrue(!(timing.deviceMillis() < 0), timing.toString());
  }

  @Test
  void hasANameAndThreads() {
    assertTrue(device().threads() >= 1);
    assertTrue(!device().name().isBlank() && device().name().lines().count() == 1);
    assertTrue(device().id().matches("[a-z]+(:[0-9]+)?"), device().id());
  }

  @Test
  void closingTwiceIsHarmlessAndScopesOfAClosedDeviceFail() {
    Device other = openDevice();
    Scope scope = other.openScope();
    other.close();
    other.close();
    assertThrows(IllegalStateException.class, other::openScope);
    assertThrows(IllegalStateException.class, () -> scope.allocate(DType.F32, 1));
    scope.close();
  }
}
