package io.github.lrfbench.kernels.cpu.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GemmTilesTest {
  private static final int[] SIZES = {0, 1, 15, 16, 17, 63, 128, 300, 768, 1000, 3072};

  @Test
  void tilesCoverTheProductOnce() {
    for (int workers : new int[] {1, 2, 3, 8, 64}) {
      for (int rows : SIZES) {
        for (int cols : SIZES) {
          GemmTiles tiles = GemmTiles.of(rows, cols, 700, workers);
          long covered = 0;
          for (int tile = 0; tile < tiles.count(); tile++) {
            int height = tiles.bottom(tile) - tiles.top(tile);
            int width = tiles.right(tile) - tiles.left(tile);
            assertTrue(height >= 0 && width >= 0, tiles + " tile " + tile);
            covered += (long) height * width;
          }
          assertEquals((long) rows * cols, covered, tiles.toString());
          assertEquals(rows, tiles.bottom(tiles.count() - 1));
          assertEquals(cols, tiles.right(tiles.count() - 1));
        }
      }
    }
  }

  @Test
  void everyWorkerHasATileOfALargeProduct() {
    for (int workers = 1; workers <= 16; workers++) {
      assertTrue(GemmTiles.of(128, 3072, 768, workers).count() >= workers);
      assertTrue(GemmTiles.of(1024, 128, 768, workers).count() >= workers);
      assertTrue(GemmTiles.of(2048, 64, 768, workers).count() >= workers);
      assertTrue(GemmTiles.of(128, 96, 768, workers).count() >= Math.min(workers, 8));
    }
  }

  /** The slowest worker takes no longer than the others by a fifth where tiles allow it. */
  @Test
  void workersOfALargeTeamAreDoneAtOneTime() {
    for (int workers : new int[] {2, 3, 4, 6, 8, 16, 24, 32}) {
      for (int[] size : new int[][] {{128, 768}, {128, 2304}, {128, 3072}, {1024, 768}}) {
        GemmTiles tiles = GemmTiles.of(size[0], size[1], 768, workers);
        double even = (double) size[0] * size[1] / workers;
        assertTrue(slowest(tiles, workers) <= 1.2 * even, tiles + " for " + workers);
      }
    }
    assertTrue(slowest(GemmTiles.of(128, 128, 768, 32), 32) <= 128 * 128 / 16);
  }

  /** What two workers had they keep. */
  @Test
  void evenTilesStayAsTheyAre() {
    assertEquals(new GemmTiles(128, 768, 1, 2), GemmTiles.of(128, 768, 768, 2));
    assertEquals(new GemmTiles(128, 2304, 1, 32), GemmTiles.of(128, 2304, 128, 32));
    assertEquals(new GemmTiles(1024, 768, 8, 4), GemmTiles.of(1024, 768, 768, 32));
  }

  /** A factor goes through the rows; what would be read twice for little does not. */
  @Test
  void rowsAreCutWhereThePackedOperandIsSmall() {
    assertEquals(new GemmTiles(128, 128, 2, 1), inBands(128, 128, 768, 2));
    assertEquals(new GemmTiles(128, 3072, 2, 1), inBands(128, 3072, 128, 2));
    assertEquals(new GemmTiles(128, 768, 1, 2), inBands(128, 768, 768, 2));
    assertEquals(new GemmTiles(32, 768, 1, 2), inBands(32, 768, 128, 2));
    // Not in bands of less than a step.
    assertEquals(GemmTiles.of(16, 1024, 16, 2), inBands(16, 1024, 16, 2));
    // And not at all where one worker takes it alone.
    assertEquals(1, inBands(8, 64, 64, 8).count());
  }

  private static GemmTiles inBands(int rows, int cols, int inner, int workers) {
    return GemmTiles.of(rows, cols, inner, workers).inBands(inner);
  }

  private static long slowest(GemmTiles tiles, int workers) {
    long[] load = new long[workers];
    for (int tile = 0; tile < tiles.count(); tile++) {
      Arrays.sort(load);
      int height = tiles.bottom(tile) - tiles.top(tile);
      load[0] += (long) height * (tiles.right(tile) - tiles.left(tile));
    }
    return Arrays.stream(load).max().orElseThrow();
  }

  /** Handing over a tile is to cost less than the tile. */
  @Test
  void smallProductsHaveFewTilesWhateverTheTeam() {
    assertEquals(2, GemmTiles.of(8, 128, 256, 64).count());
    assertTrue(GemmTiles.of(32, 256, 64, 64).count() <= 4);
  }

  @Test
  void smallProductsAreNotCut() {
    assertEquals(1, GemmTiles.of(8, 64, 64, 8).count());
  }

  @Test
  void sharesWhatOneRowHasToRead() {
    assertEquals(2, GemmTiles.of(1, 192, 768, 2).count());
    assertEquals(2, GemmTiles.of(768, 1, 192, 2).count());
    assertEquals(1, GemmTiles.of(1, 32, 768, 2).count());
  }
}
