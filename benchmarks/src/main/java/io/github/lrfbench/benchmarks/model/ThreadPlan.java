package io.github.lrfbench.benchmarks.model;

import io.github.lrfbench.kernels.cpu.blas.GemmTiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/**
 * What more cores than a machine has would do for a pass of bert-base: a cost model, not a
 * measurement. Each loop of a pass takes as long as the thread with the most work, by the tiles and
 * tasks that the CPU device would really make, or as long as reading its operands takes at the
 * bandwidth that the threads reach together; and its counters go from core to core.
 *
 * <p>Arguments: GFLOP/s of one core, GB/s of one core, GB/s of all together, microseconds in which
 * a cache line goes from one core to another; and the numbers of threads, such as {@code
 * 1,2,4,8,16,32}. {@code regress.MachineLimits} measures the first two.
 */
public final class ThreadPlan {
  private static final int BLOCKS = 12;
  private static final int HIDDEN = 768;
  private static final int WIDE = 4 * HIDDEN;
  private static final int HEADS = 12;
  private static final int RANK = 128;

  /** Elements of a task of a loop over rows, as {@code RowPartition} cuts them. */
  private static final int ROW_TASK = 1 << 14;

  /**
   * Scores of a task of an attention, as {@code AttentionKernel} bounds them for small products.
   */
  private static final int ATTENTION_TASK = 32;

  private final double flops;
  private final double coreBytes;
  private final double allBytes;
  private final double line;

  private ThreadPlan(double flops, double coreBytes, double allBytes, double line) {
    this.flops = flops;
    this.coreBytes = coreBytes;
    this.allBytes = allBytes;
    this.line = line;
  }

  /** Prints milliseconds and speedups. */
  public static void main(String[] args) {
    ThreadPlan plan =
        new ThreadPlan(
            1e9 * Double.parseDouble(args[0]),
            1e9 * Double.parseDouble(args[1]),
            1e9 * Double.parseDouble(args[2]),
            1e-6 * Double.parseDouble(args[3]));
    List<Integer> threads = new ArrayList<>();
    for (String count : args[4].split(",")) {
      threads.add(Integer.parseInt(count));
    }
    System.out.println("variant,batch,seq,threads,ms,speedup,busy,counting");
    for (int rank : new int[] {0, RANK}) {
      for (int batch : new int[] {1, 8}) {
        Pass one = plan.pass(rank, batch, 128, 1);
        for (int count : threads) {
          Pass pass = plan.pass(rank, batch, 128, count);
          System.out.printf(
              Locale.ROOT,
              "%s,%d,128,%d,%.2f,%.2f,%.2f,%.2f%n",
              rank == 0 ? "dense" : "rank-" + rank,
              batch,
              count,
              1e3 * pass.seconds,
              one.seconds / pass.seconds,
              one.seconds / pass.seconds / count,
              pass.counting / pass.seconds);
        }
      }
    }
  }

  /** The sum over loops. */
  private static final class Pass {
    private double seconds;
    private double counting;
  }

  private Pass pass(int rank, int batch, int tokens, int threads) {
    Pass pass = new Pass();
    int rows = batch * tokens;
    for (int block = 0; block < BLOCKS; block++) {
      if (rank == 0) {
        product(pass, rows, HIDDEN, 3 * HIDDEN, threads);
      } else {
        // Query, key and value read their inputs together.
        product(pass, rows, HIDDEN, 3 * rank, threads);
        product(pass, rows, rank, HIDDEN, threads);
        product(pass, rows, rank, HIDDEN, threads);
        product(pass, rows, rank, HIDDEN, threads);
      }
      attention(pass, batch, tokens, threads);
      map(pass, rank, rows, HIDDEN, HIDDEN, threads);
      rows(pass, rows, HIDDEN, threads);
      map(pass, rank, rows, HIDDEN, WIDE, threads);
      map(pass, rank, rows, WIDE, HIDDEN, threads);
      rows(pass, rows, HIDDEN, threads);
    }
    return pass;
  }

  private void map(Pass pass, int rank, int rows, int inputs, int outputs, int threads) {
    if (rank == 0) {
      product(pass, rows, inputs, outputs, threads);
    } else {
      product(pass, rows, inputs, rank, threads);
      product(pass, rows, rank, outputs, threads);
    }
  }

  private void product(Pass pass, int rows, int inner, int cols, int threads) {
    GemmTiles tiles = GemmTiles.of(rows, cols, inner, threads).inBands(inner);
    double[] work = new double[tiles.count()];
    for (int tile = 0; tile < work.length; tile++) {
      double height = tiles.bottom(tile) - tiles.top(tile);
      work[tile] = 2 * height * (tiles.right(tile) - tiles.left(tile)) * inner / flops;
    }
    double read = (double) Float.BYTES * inner * cols / bandwidth(Math.min(threads, work.length));
    loop(pass, Math.max(read, slowest(work, threads)), work.length, threads);
  }

  /** Two products for every block of queries of a head; half as fast as large ones. */
  private void attention(Pass pass, int batch, int tokens, int threads) {
    int blocks = (tokens + ATTENTION_TASK - 1) / ATTENTION_TASK;
    double[] work = new double[batch * HEADS * blocks];
    double all = 4.0 * batch * tokens * tokens * HIDDEN / flops * 2;
    Arrays.fill(work, all / work.length);
    loop(pass, slowest(work, threads), work.length, threads);
  }

  /** Reads two matrices and writes one. */
  private void rows(Pass pass, int rows, int cols, int threads) {
    int bands = (rows + ROW_TASK / cols - 1) / (ROW_TASK / cols);
    int tasks = Math.min(rows, (bands + threads - 1) / threads * threads);
    double bytes = 3.0 * Float.BYTES * rows * cols;
    double even = bytes / bandwidth(Math.min(threads, tasks));
    loop(pass, even, tasks, threads);
  }

  /**
   * Every thread counts its own tasks, looks at what others have left, at all of them at once, and
   * reports.
   */
  private void loop(Pass pass, double work, int tasks, int threads) {
    int members = Math.min(tasks, threads);
    double counting = members == 1 ? 0 : (members + 1) * line;
    pass.seconds += work + counting;
    pass.counting += counting;
  }

  private double bandwidth(int threads) {
    return Math.min(threads * coreBytes, allBytes);
  }

  /** When the last thread is done, each taking the next task when it is free. */
  private static double slowest(double[] tasks, int threads) {
    PriorityQueue<Double> free = new PriorityQueue<>();
    for (int thread = 0; thread < threads; thread++) {
      free.add(0.0);
    }
    double last = 0;
    for (double task : tasks) {
      double end = free.remove() + task;
      free.add(end);
      last = Math.max(last, end);
    }
    return last;
  }
}
