package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CompilerWatchTest {
  private long millis;
  private long compiled;

  private final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          return millis * 1_000_000;
        }

        @Override
        public long compilerMillis() {
          return compiled;
        }
      };

  private boolean isIdle(CompilerWatch watch, long passed, long work) {
    millis += passed;
    compiled += work;
    return watch.isIdle(clock.nanoTime());
  }

  @Test
  void aLargeMethodIsWorkForHalfASecond() {
    CompilerWatch watch = new CompilerWatch(clock, clock.nanoTime());
    assertTrue(isIdle(watch, 10, 0));
    assertFalse(isIdle(watch, 10, 200));
    for (long passed = 10; passed < 500; passed += 10) {
      assertFalse(isIdle(watch, 10, 0), passed + " ms");
    }
    assertTrue(isIdle(watch, 20, 0));
  }

  /** 3 ms of work every 50 ms take a twentieth of a processor, 10 ms a fifth. */
  @Test
  void smallMethodsAreWorkIfTheyTakeMuchTogether() {
    for (long work : new long[] {3, 10}) {
      CompilerWatch watch = new CompilerWatch(clock, clock.nanoTime());
      boolean idle = false;
      for (int look = 0; look < 100; look++) {
        // In one of the five blocks of 10 ms, whose share alone would be 30 or 100 percent.
        idle = isIdle(watch, 10, look % 5 == 0 ? work : 0);
      }
      assertEquals(work == 3, idle, work + " ms");
    }
  }

  @Test
  void longBlocksAreJudgedByThemselves() {
    CompilerWatch watch = new CompilerWatch(clock, clock.nanoTime());
    assertFalse(isIdle(watch, 2000, 300));
    assertTrue(isIdle(watch, 2000, 100));
  }
}
