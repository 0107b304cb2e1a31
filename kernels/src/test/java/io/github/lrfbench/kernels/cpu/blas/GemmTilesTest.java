package io.github.lrfbench.kernels.cpu.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
