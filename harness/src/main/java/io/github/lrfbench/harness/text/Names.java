package io.github.lrfbench.harness.text;

import io.github.lrfbench.kernels.InputException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names that the user may have meant. */
public final class Names {
  private Names() {}

  /**
   * The candidates nearest to a name, ignoring case: those at the smallest edit distance
   * (insertions, deletions, substitutions and swaps of neighbours) if it is at most a third of the
   * name's length (at least 1), else those of which the name is a beginning or that begin the name.
   *
   * @return in the candidates' order; empty if nothing is near
   */
  public static List<String> nearest(String name, Collection<String> candidates) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int limit = Math.max(1, wanted.length() / 3);
    List<String> plausible =
        candidates.stream()
            .filter(candidate -> Math.abs(candidate.length() - wanted.length()) <= limit)
            .toList();
    int best =
        plausible.stream()
            .mapToInt(candidate -> distance(wanted, candidate))
            .min()
            .orElse(limit + 1);
    if (best <= limit) {
      return plausible.stream().filter(candidate -> distance(wanted, candidate) == best).toList();
    }
    return candidates.stream().filter(candidate -> sharesBeginning(wanted, candidate)).toList();
  }

  /**
   * The complaint about a name that does not exist, for example {@code unknown task 'sts2'; did you
   * mean 'sst2' or 'stsb'? tasks: cola, sst2, stsb}.
   *
   * @param kind what the name should have named, in the singular
   */
  public static InputException unknown(String kind, String name, Collection<String> candidates) {
    List<String> nearest = nearest(name, candidates);
    String hint =
        nearest.isEmpty()
            ? "; "
            : nearest.stream()
                .map(OneLine::quote)
                .collect(Collectors.joining(" or ", "; did you mean ", "? "));
    return new InputException(
        "unknown "
            + kind
            + " "
            + OneLine.quote(name)
            + hint
            + kind
            + "s: "
            + String.join(", ", candidates));
  }

  private static boolean sharesBeginning(String wanted, String candidate) {
    String other = candidate.toLowerCase(Locale.ROOT);
    return Math.min(wanted.length(), other.length()) >= 2
        && (wanted.startsWith(other) || other.startsWith(wanted));
  }

  /** The optimal string alignment distance. */
  private static int distance(String wanted, String candidate) {
    String other = candidate.toLowerCase(Locale.ROOT);
    int[][] cost = new int[wanted.length() + 1][other.length() + 1];
    for (int i = 0; i <= wanted.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int substitution = wanted.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        int edit = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        cost[i][j] = Math.min(edit, cost[i - 1][j - 1] + substitution);
        if (i > 1
            && j > 1
            && wanted.charAt(i - 1) == other.charAt(j - 2)
            && wanted.charAt(i - 2) == other.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[wanted.length()][other.length()];
  }
}
