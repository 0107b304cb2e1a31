package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.peer.PeerRuntime;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cells beside each of the grid, of the same model on the same task.
 *
 * @param peers that time it too
 * @param exits where its passes stop early
 */
record CellsBeside(List<PeerRuntime> peers, List<ExitPolicy> exits) {
  static CellsBeside of(SweepConfig config) {
    return new CellsBeside(config.peers().stream().map(PeerRuntime::of).toList(), config.exits());
  }

  /** Those beside a cell. */
  List<Cell> of(Cell own) {
    return Stream.concat(peers.stream().map(own::in), exits.stream().map(own::at)).toList();
  }

  /** How many cells there are for one of the grid, itself included. */
  int factor() {
    return 1 + peers.size() + exits.size();
  }
}
