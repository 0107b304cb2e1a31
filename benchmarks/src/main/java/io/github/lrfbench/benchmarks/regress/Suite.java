package io.github.lrfbench.benchmarks.regress;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Subjects that one benchmark times.
 *
 * @param name what users call it
 * @param peers beside whose times ours are set
 * @param theirs the command that times the peers; empty where there are none
 * @param ours the command that times us
 * @param reader of the cells of a line of either
 * @param work that a subject cannot do without; null where a limit would say nothing
 */
record Suite(
    String name,
    List<Peer> peers,
    List<String> theirs,
    List<String> ours,
    Function<String[], Timed> reader,
    Function<String, Work> work) {
  /**
   * Another program.
   *
   * @param name of its times
   * @param version of what is installed; throws a {@link FailedCall} where it is not
   */
  record Peer(String name, Supplier<String> version) {}
}
