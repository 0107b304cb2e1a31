package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.measure.Link;
import java.util.List;

/**
 * What all shards do together once.
 *
 * @param kind what becomes of the parts
 * @param width numbers of the whole, for each token
 */
record Exchange(Kind kind, int width) {
  enum Kind {
    /** Every shard has a summand and gets the sum. */
    ALL_REDUCE,
    /** Every shard has some columns and gets all. */
    ALL_GATHER
  }

  static Exchange allReduce(int width) {
    return new Exchange(Kind.ALL_REDUCE, width);
  }

  static Exchange allGather(int width) {
    return new Exchange(Kind.ALL_GATHER, width);
  }

  /** Of how many rounds a ring of shards needs one for each other shard. */
  private int trips() {
    return kind == Kind.ALL_REDUCE ? 2 : 1;
  }

  /**
   * Numbers that each of the shards of a ring sends for a token: an all-reduce is a reduce-scatter
   * and an all-gather, each of which sends all but one shard's share.
   */
  double sent(int shards) {
    return trips() * (double) (shards - 1) / shards * width;
  }

  /** Messages that follow on one another in a ring. */
  int messages(int shards) {
    return trips() * (shards - 1);
  }

  /**
   * What exchanges take by a model of the links of a ring, one after the other.
   *
   * @param bytesOfWidth of one of the numbers that the width counts, for all tokens together
   */
  static double millis(List<Exchange> exchanges, Link link, int shards, long bytesOfWidth) {
    double sent = exchanges.stream().mapToDouble(exchange -> exchange.sent(shards)).sum();
    int messages = exchanges.stream().mapToInt(exchange -> exchange.messages(shards)).sum();
    return link.seconds(sent * bytesOfWidth, messages) * 1e3;
  }
}
