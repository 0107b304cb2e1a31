package io.github.lrfbench.harness.peer;

import io.github.lrfbench.harness.measure.SelfTimed;
import java.util.List;

/**
 * A model that is open in another runtime. Its methods throw a {@link PeerException} if that fails
 * or does not answer in time; it is to be closed then.
 */
public interface Peer extends SelfTimed, AutoCloseable {
  /**
   * Makes sequences the input of the passes that follow.
   *
   * @param sequences token ids, all of one length; their types are 0, and no token is masked
   * @return the logits of these sequences, one after the other
   */
  float[] read(List<int[]> sequences);

  /**
   * The processes that compute, of which {@link ProcessHandle#current()} is this one. What all
   * others do while the peer is timed is told in its row, as other work.
   *
   * @return none if they are not known
   */
  default List<ProcessHandle> processes() {
    return List.of();
  }

  /** A forward pass. */
  @Override
  void run();

  @Override
  void close();
}
