package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * In which order heads go: those first on which the loss depends least, some at a time, after which
 * it is asked anew what the loss of the smaller model depends on. In each attention one stays.
 */
final class HeadOrder {
  private final CompressionRequest request;
  private final List<Attention> attentions;
  private final int atATime;

  /**
   * A head.
   *
   * @param attention number of its attention
   * @param number within that
   */
  record Head(int attention, int number) {}

  /** A head, and its part of the length of its attention's importances. */
  private record Ranked(Head head, double importance) {}

  /** An order of all heads of some attentions, of which so many go at a time. */
  HeadOrder(CompressionRequest request, List<Attention> attentions, int atATime) {
    this.request = request;
    this.attentions = attentions;
    this.atATime = atATime;
  }

  /**
   * The first to go.
   *
   * @param count no more than leaves one to every attention
   */
  Set<Head> first(int count) {
    Set<Head> gone = new HashSet<>();
    while (gone.size() < count) {
      request.progress().accept("found " + gone.size() + " of " + count + " heads to leave out");
      int next = Math.min(count, gone.size() + atATime);
      int[] left = IntStream.range(0, attentions.size()).map(i -> left(i, gone).length).toArray();
      for (Ranked ranked : ranked(Set.copyOf(gone))) {
        if (gone.size() < next && left[ranked.head().attention()] > 1) {
          gone.add(ranked.head());
          left[ranked.head().attention()]--;
        }
      }
    }
    return gone;
  }

  /** The numbers of the heads that an attention has left. */
  int[] left(int attention, Set<Head> gone) {
    return IntStream.range(0, attentions.get(attention).heads())
        .filter(number -> !gone.contains(new Head(attention, number)))
        .toArray();
  }

  /** The heads that are left, the least important first. */
  private List<Ranked> ranked(Set<Head> gone) {
    Map<String, double[]> importance =
        request
            .cache()
            .find(
                List.of("importance of heads", attentions, gone, request.statistics()),
                () -> importance(gone));
    List<Ranked> ranked = new ArrayList<>();
    for (int i = 0; i < attentions.size(); i++) {
      String name = attentions.get(i).output().name();
      double[] own = importance.get(name);
      double length =
          Math.sqrt(IntStream.range(0, own.length).mapToDouble(h -> own[h] * own[h]).sum());
      if (!Double.isFinite(length)) {
        throw new InputException(
            "the gradients of the inputs of " + name + " are no finite numbers");
      }
      int[] left = left(i, gone);
      for (int h = 0; h < left.length; h++) {
        ranked.add(new Ranked(new Head(i, left[h]), length == 0 ? 0 : own[h] / length));
      }
    }
    ranked.sort(Comparator.comparingDouble(Ranked::importance));
    return ranked;
  }

  private Map<String, double[]> importance(Set<Head> gone) {
    if (gone.isEmpty()) {
      return request.statistics().headImportanceIn(request.model());
    }
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> smaller = new HashMap<>();
      for (int i = 0; i < attentions.size(); i++) {
        int[] left = left(i, gone);
        if (left.length < attentions.get(i).heads()) {
          smaller.putAll(attentions.get(i).keeping(left, scratch));
        }
      }
      try (Model model = request.model().with(smaller)) {
        return request.statistics().headImportanceIn(model);
      }
    }
  }
}
