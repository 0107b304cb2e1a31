package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;

/**
 * Keys and values of the tokens that some sequences have so far, for every block of a model.
 *
 * <p>A table says in which row of the cache each token is. Sequences that began alike share rows,
 * so that nothing is copied when a beam search goes on with some hypotheses twice and with others
 * not at all.
 */
public final class KeyValueCache implements AutoCloseable {
  private final Scope scope;
  private final int limit;
  private final int capacity;
  private final Matrix[] keys;
  private final Matrix[] values;
  private final int[] table;
  private final int[] lengths;
  private final boolean[] used;
  private final Tensor deviceTable;
  private final Tensor deviceLengths;
  private final Tensor ids;
  private final Tensor positions;
  private final Tensor written;
  private int sequences;
  private int tokens;

  /**
   * An empty cache.
   *
   * @param widths of each block of the model how many numbers a key has, and a value
   * @param dtype the model's
   * @param sequences the most sequences at a time
   * @param capacity the most tokens of each
   */
  public KeyValueCache(Device device, int[] widths, DType dtype, int sequences, int capacity) {
    int rows = Math.multiplyExact(sequences, capacity);
    this.scope = device.openScope();
    this.limit = sequences;
    this.capacity = capacity;
    this.keys = new Matrix[widths.length];
    this.values = new Matrix[widths.length];
    this.table = new int[rows];
    this.lengths = new int[sequences];
    this.used = new boolean[rows];
    for (int layer = 0; layer < widths.length; layer++) {
      keys[layer] = Matrix.of(scope.allocate(dtype, rows, widths[layer]));
      values[layer] = Matrix.of(scope.allocate(dtype, rows, widths[layer]));
    }
    this.deviceTable = scope.zeros(DType.I32, rows);
    this.deviceLengths = scope.zeros(DType.I32, sequences);
    this.ids = scope.zeros(DType.I32, sequences);
    this.positions = scope.zeros(DType.I32, sequences);
    this.written = scope.zeros(DType.I32, rows);
  }

  /** Sequences that it holds now, B. */
  public int sequences() {
    return sequences;
  }

  /** The most tokens of a sequence. */
  public int capacity() {
    return capacity;
  }

  /** Tokens of a sequence. */
  public int length(int sequence) {
    return lengths[sequence];
  }

  /**
   * Forgets what it holds and makes room for the beginnings of sequences, which the next pass
   * stores.
   *
   * @param beginnings tokens of each
   */
  public void fill(int... beginnings) {
    require(beginnings.length <= limit, beginnings.length + " sequences, not " + limit);
    sequences = beginnings.length;
    tokens = 0;
    Arrays.fill(used, false);
    for (int s = 0; s < sequences; s++) {
      requireRoom(beginnings[s]);
      tokens += beginnings[s];
    }
    int[] rows = new int[tokens];
    int next = 0;
    for (int s = 0; s < sequences; s++) {
      lengths[s] = beginnings[s];
      for (int t = 0; t < lengths[s]; t++) {
        rows[next++] = take(s, t, s * capacity + t);
      }
    }
    written.write(0, rows, 0, tokens);
    upload();
  }

  /**
   * Makes room for one more token of every sequence, which the next pass reads and stores.
   *
   * @param next the tokens
   */
  public void extend(int... next) {
    require(next.length == sequences, next.length + " tokens for " + sequences + " sequences");
    int[] places = new int[sequences];
    int[] rows = new int[sequences];
    for (int s = 0; s < sequences; s++) {
      requireRoom(lengths[s] + 1);
      places[s] = lengths[s];
      rows[s] = take(s, lengths[s], freeRow(s));
      lengths[s]++;
    }
    tokens = sequences;
    ids.write(0, next, 0, sequences);
    positions.write(0, places, 0, sequences);
    written.write(0, rows, 0, sequences);
    upload();
  }

  /**
   * From now on, sequence i is what {@code sources[i]} was. A source may be named several times or
   * not at all.
   */
  public void select(int... sources) {
    require(sources.length <= limit, sources.length + " sequences, not " + limit);
    int[] before = table.clone();
    int[] lengthsBefore = lengths.clone();
    Arrays.fill(used, false);
    for (int s = 0; s < sources.length; s++) {
      require(sources[s] >= 0 && sources[s] < sequences, "sequence " + sources[s]);
      lengths[s] = lengthsBefore[sources[s]];
      for (int t = 0; t < lengths[s]; t++) {
        take(s, t, before[sources[s] * capacity + t]);
      }
    }
    sequences = sources.length;
    // The device learns of it with the next tokens.
  }

  private int take(int sequence, int token, int row) {
    used[row] = true;
    table[sequence * capacity + token] = row;
    return row;
  }

  /** The row after the sequence's last where that is free: rows in a row are read faster. */
  private int freeRow(int sequence) {
    int last = table[sequence * capacity + Math.max(0, lengths[sequence] - 1)];
    for (int i = 1; i <= used.length; i++) {
      int row = (last + i) % used.length;
      if (!used[row]) {
        return row;
      }
    }
    throw new IllegalStateException("the cache is full");
  }

  private void upload() {
    deviceTable.write(0, table, 0, sequences * capacity);
    deviceLengths.write(0, lengths, 0, sequences);
  }

  private void requireRoom(int length) {
    require(length >= 1 && length <= capacity, length + " tokens in a cache for " + capacity);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The tokens that {@link #extend} was given, I32 [B]. */
  public Tensor ids() {
    return ids.view(0, sequences);
  }

  /** Their places in their sequences, I32 [B]. */
  public Tensor positions() {
    return positions.view(0, sequences);
  }

  /**
   * Keeps the keys and values of the tokens for which room was made last.
   *
   * @param layer number of the block
   * @param k [T, width of the block]
   * @param v [T, width of the block]
   */
  public void store(Ops ops, int layer, Matrix k, Matrix v) {
    Tensor rows = written.view(0, tokens);
    ops.scatterRows(k, rows, keys[layer]);
    ops.scatterRows(v, rows, values[layer]);
  }

  /**
   * Attention of one query of every sequence.
   *
   * @param layer number of the block
   * @param q [B, width of the block]
   * @param y [B, width of the block], modified
   */
  public void attend(Ops ops, int layer, Matrix q, int heads, double scale, Matrix y) {
    ops.cachedAttention(
        q,
        keys[layer],
        values[layer],
        deviceTable.view(0, sequences, capacity),
        deviceLengths.view(0, sequences),
        heads,
        scale,
        y);
  }

  @Override
  public void close() {
    scope.close();
  }
}
