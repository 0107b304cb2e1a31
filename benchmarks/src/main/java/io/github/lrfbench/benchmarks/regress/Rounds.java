package io.github.lrfbench.benchmarks.regress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs suites in rounds. In each round a suite's peers, the machine's limits and our own times are
 * measured one right after the other, and only their ratios are kept: what the machine does slower
 * for some minutes, it does slower for all.
 */
final class Rounds {
  /** What a time of ours is divided by. */
  record Key(String measure, String yardstick) {}

  private final List<String> limitsCommand;
  private final Consumer<String> log;
  private final Map<Key, List<Double>> ratios = new LinkedHashMap<>();

  /** Peers that a suite still has, by the name of their times, with their versions. */
  private final Map<Suite, Map<String, String>> peers = new LinkedHashMap<>();

  private Limits limits;

  /**
   * Rounds that have not begun.
   *
   * @param suites those of which neither a peer nor a limit is there are left out
   * @param limitsCommand prints {@link Limits}
   * @param log is told what is run and what is left out
   */
  Rounds(List<Suite> suites, List<String> limitsCommand, Consumer<String> log) {
    this.limitsCommand = limitsCommand;
    this.log = log;
    for (Suite suite : suites) {
      Map<String, String> found = new LinkedHashMap<>();
      for (Suite.Peer peer : suite.peers()) {
        try {
          found.put(peer.name(), peer.name() + " " + peer.version().get());
        } catch (FailedCall e) {
          leaveOut(suite, peer.name(), e);
        }
      }
      peers.put(suite, found);
    }
  }

  /** Runs the next one. */
  void run() {
    peers.forEach(this::run);
  }

  private void run(Suite suite, Map<String, String> found) {
    List<String> theirs = List.of();
    if (!found.isEmpty() && !suite.theirs().isEmpty()) {
      try {
        theirs = Calls.run(suite.theirs());
      } catch (FailedCall e) {
        leaveOut(suite, String.join(", ", found.keySet()), e);
        found.clear();
        ratios.keySet().removeIf(key -> isOf(suite, key) && !key.yardstick.equals(Figure.LIMIT));
      }
    }
    if (found.isEmpty() && suite.work() == null) {
      return;
    }
    limits = Limits.parse(Calls.run(limitsCommand).get(1));
    log.accept(suite.name() + ": " + limits.describe());
    Map<String, Double> ours = Timed.medians(Timed.OURS, Calls.run(suite.ours()), suite.reader());
    for (Map.Entry<String, String> peer : found.entrySet()) {
      Map<String, Double> times = Timed.medians(peer.getKey(), theirs, suite.reader());
      ours.forEach((subject, ms) -> add(suite, subject, peer.getValue(), ms, times.get(subject)));
    }
    if (suite.work() != null) {
      ours.forEach(
          (subject, ms) ->
              add(suite, subject, Figure.LIMIT, ms, suite.work().apply(subject).millis(limits)));
    }
  }

  private void add(Suite suite, String subject, String yardstick, double ms, Double least) {
    if (least == null) {
      throw new FailedCall(suite.name() + ": no time of " + yardstick + " for " + subject);
    }
    Key key = new Key(suite.name() + "/" + subject, yardstick);
    ratios.computeIfAbsent(key, fresh -> new ArrayList<>()).add(ms / least);
  }

  private void leaveOut(Suite suite, String peer, FailedCall reason) {
    log.accept(suite.name() + ": " + peer + " is left out: " + reason.getMessage());
  }

  private static boolean isOf(Suite suite, Key key) {
    return key.measure.startsWith(suite.name() + "/");
  }

  /** The figures of the rounds so far. */
  List<Figure> figures(String commit, String date) {
    List<Figure> figures = new ArrayList<>();
    ratios.forEach(
        (key, values) -> {
          double[] all = values.stream().mapToDouble(ratio -> ratio).toArray();
          figures.add(
              new Figure(
                  key.measure,
                  key.yardstick,
                  limits.processor(),
                  limits.kernel(),
                  limits.threads(),
                  all.length,
                  Figure.median(all),
                  Figure.interval(all),
                  commit,
                  date));
        });
    return figures;
  }
}
