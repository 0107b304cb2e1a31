package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.contract.Placed.Layout;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aCapturedGraphDoesItsWorkAgainOnWhatTensorsHoldThen() {
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
    try (CapturedGraph graph = device().capture(work)) {
      assertHolds(y, ReferenceBlas.multiply(Grid.random(3, 40, 2), w), "done once");
      for (int round = 4; round < 7; round++) {
        Grid input = Grid.random(3, 40, round);
        x.data().write(0, input.values(), 0, input.values().length);
        try (Scope other = device().openScope()) {
          other.zeros(DType.F32, 3, 30);
          graph.replay();
        }
        assertHolds(y, ReferenceBlas.multiply(input, w), "replay");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 40, 30",
    "2, 1, 1",
    "7, 5, 3",
    "3, 384, 17",
    "130, 385, 200",
    "33, 900, 401",
    "600, 70, 65"
  })
  void capturedLinearLayersAreAsOthers(int rows, int inner, int cols) {
    Grid first = Grid.random(rows, inner, 1);
    Grid second = Grid.random(rows, inner, 2);
    Grid weights = Grid.random(inner, cols, 3);
    Tensor bias = packed(DType.F32, Grid.random(1, cols, 4)).data();
    for (Layout layout : Layout.values()) {
      for (boolean transW : new boolean[] {false, true}) {
        Placed x = Placed.of(scope(), DType.F32, layout, first);
        Matrix w =
            Placed.of(scope(), DType.F32, layout, transW ? weights.transposed() : weights).matrix();
        for (Activation activation : List.of(Activation.NONE, Activation.GELU)) {
          for (Tensor added : Arrays.asList(null, bias)) {
            Placed y = Placed.empty(scope(), DType.F32, layout, rows, cols);
            Matrix expected = packed(DType.F32, Grid.of(rows, cols, (i, j) -> 0));
            Runnable work =
                () -> device().nn().linear(x.matrix(), transW, w, added, activation, y.matrix());
            try (CapturedGraph graph = device().capture(work)) {
              for (Grid input : List.of(first, second)) {
                device().blas().copy(packed(DType.F32, input), x.matrix());
                graph.replay();
                device().nn().linear(x.matrix(), transW, w, added, activation, expected);
                String what = layout + ", transposed " + transW + ", " + activation;
                y.assertHolds(new Placed(expected).read(), tolerance(DType.F32) * inner, what);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void weightsThatCapturedWorkMakesAreThoseOfEachRun() {
    Grid input = Grid.random(5, 40, 1);
    Matrix x = packed(DType.F32, input);
    Matrix source = packed(DType.F32, Grid.random(40, 30, 2));
    Matrix y = packed(DType.F32, Grid.random(5, 30, 3));
    Runnable work =
        () -> {
          try (Scope own = device().openScope()) {
            Matrix w = Matrix.of(own.allocate(DType.F32, 40, 30));
            device().blas().copy(source, w);
            device().nn().linear(x, false, w, null, Activation.NONE, y);
          }
        };
    try (CapturedGraph graph = device().capture(work)) {
      for (int round = 4; round < 6; round++) {
        Grid weights = Grid.random(40, 30, round);
        source.data().write(0, weights.values(), 0, weights.values().length);
        graph.replay();
        assertHolds(y, ReferenceBlas.multiply(input, weights), "round " + round);
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
    try (CapturedGraph graph = device().capture(() -> norm[0] = device().blas().squaredNorm(x))) {
      assertEquals(25, norm[0], 1e-12);
      x.data().write(0, new double[] {1}, 0, 1);
      graph.replay();
      assertEquals(17, norm[0], 1e-12);
    }
  }

  /** Each thread captures a product of its own; what another queues must not get into it. */
  @Test
  void threadsCaptureSideBySide() {
    Grid w = Grid.random(20, 20, 1);
    Matrix weights = packed(DType.F32, w);
    List<Matrix> inputs = new ArrayList<>();
    List<Matrix> outputs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      inputs.add(packed(DType.F32, Grid.random(4, 20, 10 + i)));
      outputs.add(packed(DType.F32, Grid.random(4, 20, 20 + i)));
    }
    CompletableFuture<?>[] all = new CompletableFuture<?>[inputs.size()];
    Arrays.setAll(
        all, i -> CompletableFuture.runAsync(() -> replay(inputs.get(i), weights, outputs.get(i))));
    CompletableFuture.allOf(all).join();
    for (int i = 0; i < all.length; i++) {
      Grid expected = ReferenceBlas.multiply(Grid.random(4, 20, 10 + i), w);
      assertHolds(outputs.get(i), expected, "thread " + i);
    }
  }

  private void replay(Matrix x, Matrix weights, Matrix y) {
    for (int round = 0; round < 3; round++) {
      Runnable work =
          () -> {
            // Long enough for the others to begin.
            LockSupport.parkNanos(20_000_000);
            device().blas().gemm(false, false, 1, x, weights, 0, y);
          };
      try (CapturedGraph graph = device().capture(work)) {
        y.data().write(0, new double[(int) y.data().shape().size()], 0, 1);
        graph.replay();
      }
    }
    device().synchronize();
  }

  @Test
  void failuresOfCapturedWorkAreThrown() {
    IllegalStateException failure = new IllegalStateException("work failed");
    Runnable work =
        () -> {
          throw failure;
        };
    assertSame(
        failure, assertThrows(IllegalStateException.class, () -> device().capture(work).close()));
  }

  @Test
  void aClosedGraphFails() {
    CapturedGraph graph = device().capture(() -> {});
    graph.close();
    graph.close();
    assertThrows(IllegalStateException.class, graph::replay);
  }

  @Test
  void aGraphLeavesNoMemoryInUse() {
    long before = device().memory().currentBytes();
    try (CapturedGraph graph =
        device()
            .capture(
                () -> {
                  try (Scope own = device().openScope()) {
                    own.zeros(DType.F32, 1000);
                  }
                })) {
      graph.replay();
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
