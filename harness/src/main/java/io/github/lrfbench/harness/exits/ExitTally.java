package io.github.lrfbench.harness.exits;

import java.util.Arrays;

/** What passes that stop early have done, added up over sequences. */
public final class ExitTally {
  private final long[] exits;
  private double flops;
  private double wholeFlops;

  /** An empty tally of a model of so many blocks. */
  ExitTally(int blocks) {
    exits = new long[blocks];
  }

  void add(int blocks, long done, long whole) {
    exits[blocks - 1]++;
    flops += done;
    wholeFlops += whole;
  }

  /** How many sequences there were. */
  public long sequences() {
    return Arrays.stream(exits).sum();
  }

  /** The share of the sequences that stopped after each block. */
  public double[] shares() {
    return Arrays.stream(exits).mapToDouble(count -> (double) count / sequences()).toArray();
  }

  /** The mean number of blocks that a sequence went through. */
  public double meanBlocks() {
    double sum = 0;
    for (int i = 0; i < exits.length; i++) {
      sum += (i + 1.0) * exits[i];
    }
    return sum / sequences();
  }

  /** The mean share of the blocks that a sequence went through: DeeBERT's remaining cost. */
  public double remaining() {
    return meanBlocks() / exits.length;
  }

  /** Mean floating-point operations of a sequence, those of exits included. */
  public double meanFlops() {
    return flops / sequences();
  }

  /** Mean floating-point operations of the same model's whole passes over the sequences. */
  public double meanWholeFlops() {
    return wholeFlops / sequences();
  }
}
