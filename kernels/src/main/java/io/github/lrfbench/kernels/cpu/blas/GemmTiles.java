package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.cpu.rows.RowPartition;

/**
 * How a product [rows, cols] is cut into tiles for the workers.
 *
 * <p>OpenBLAS packs both operands of every call, so a tile must be large in both directions for
 * packing not to show: a cut through the rows packs the right operand once more, a cut through the
 * columns the left.
 *
 * @param rows of the whole product
 * @param cols of the whole product
 * @param bands number of cuts through the rows
 * @param strips number of cuts through the columns
 */
public record GemmTiles(int rows, int cols, int bands, int strips) {
  /** Below so many multiplications, waking a worker costs more than it saves. */
  private static final long SERIAL_WORK = 1 << 18;

  /** Reading an element of the larger operand takes as long as so many multiplications. */
  private static final int READING_WORK = 8;

  /** Tiles per worker that even out workers of unequal speed, for products worth it. */
  private static final int TILES_PER_WORKER = 2;

  private static final long TILE_WORK = 1 << 27;

  /** The least work of a worker: with two of them, {@link #SERIAL_WORK} is shared. */
  private static final long WORKER_WORK = SERIAL_WORK / 2;

  /** Tiles are laid out anew where workers would wait for so large a part of the time. */
  private static final double IDLE_SHARE = 0.1;

  private static final int MIN_ROWS = 128;
  private static final int MIN_COLS = 64;

  /** Cuts start at multiples of so many elements: whole vectors and cache lines. */
  private static final int STEP = 16;

  /** The tiles of a product [rows, inner] by [inner, cols]. */
  public static GemmTiles of(int rows, int cols, int inner, int team) {
    long work = (long) rows * cols * inner;
    long reading = (long) READING_WORK * Math.max(rows, cols) * inner;
    int workers = (int) Math.min(team, Math.max(work, reading) / WORKER_WORK);
    if (workers < 2) {
      return new GemmTiles(rows, cols, 1, 1);
    }
    GemmTiles usual = usual(rows, cols, work, workers);
    double least = (double) rows * cols / workers;
    return usual.slowest(workers) * (1 - IDLE_SHARE) > least ? usual.evened(workers) : usual;
  }

  private static GemmTiles usual(int rows, int cols, long work, int workers) {
    int wanted = workers;
    if (work / (workers * TILES_PER_WORKER) >= TILE_WORK) {
      wanted *= TILES_PER_WORKER;
    }
    int bands = Math.max(1, rows / MIN_ROWS);
    int strips = Math.max(1, cols / MIN_COLS);
    if (rows > cols) {
      strips = Math.min(strips, ceilDiv(wanted, Math.min(bands, wanted)));
    } else {
      strips = Math.min(strips, wanted);
    }
    // Rather thin bands than idle workers: thin factors have few columns.
    bands = Math.min(Math.max(bands, rows / STEP), ceilDiv(wanted, strips));
    return new GemmTiles(rows, cols, Math.max(1, bands), strips);
  }

  /**
   * The same product in at most one tile for each worker, if the slowest is done earlier then; of
   * several such ways that with the least to pack.
   */
  private GemmTiles evened(int workers) {
    GemmTiles best = this;
    for (int across = 1; across <= Math.min(workers, Math.max(1, cols / MIN_COLS)); across++) {
      int down = Math.min(workers / across, Math.max(1, rows / STEP));
      GemmTiles other = new GemmTiles(rows, cols, down, across);
      long difference = other.slowest(workers) - best.slowest(workers);
      if (difference < 0 || difference == 0 && other.sides() < best.sides()) {
        best = other;
      }
    }
    return best;
  }

  /**
   * As many tiles, cut through the rows alone, where the right operand is packed for good and has
   * fewer elements than the other and the product together. What follows works on rows: a worker
   * then has its own in its cache, not half of the columns of all. The operand is read by all of
   * them, and nobody writes it.
   *
   * @param inner columns of the left operand
   */
  public GemmTiles inBands(int inner) {
    boolean fewer = (long) inner * cols <= (long) rows * (inner + cols);
    return fewer && rows >= (long) count() * STEP ? new GemmTiles(rows, cols, count(), 1) : this;
  }

  /** Elements that the worker with the most gets, if all take equally long for one. */
  private long slowest(int workers) {
    return ceilDiv(count(), workers) * (long) height() * width();
  }

  private int height() {
    return Math.min(rows, ceilDiv(ceilDiv(rows, bands), STEP) * STEP);
  }

  private int width() {
    return Math.min(cols, ceilDiv(ceilDiv(cols, strips), STEP) * STEP);
  }

  private int sides() {
    return height() + width();
  }

  private static int ceilDiv(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  /** Number of tiles. */
  public int count() {
    return bands * strips;
  }

  /** The first row of a tile. */
  public int top(int tile) {
    return cut(rows, tile / strips, bands);
  }

  /** The row after its last. */
  public int bottom(int tile) {
    return cut(rows, tile / strips + 1, bands);
  }

  /** The first column of a tile. */
  public int left(int tile) {
    return cut(cols, tile % strips, strips);
  }

  /** The column after its last. */
  public int right(int tile) {
    return cut(cols, tile % strips + 1, strips);
  }

  private static int cut(int size, int part, int parts) {
    int at = RowPartition.cut(size, part, parts);
    return part == parts ? size : at / STEP * STEP;
  }
}
