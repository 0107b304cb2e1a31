package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The matrices of a block's attention, dense.
 *
 * @param projections query, key and value: three matrices, or one
 * @param output what reads the heads
 * @param headSize dimensions of a head, D
 */
record Attention(List<LinearSlot> projections, LinearSlot output, int headSize) {
  private static final Set<String> PROJECTIONS = Set.of("query", "key", "value");
  private static final int THREE = 3;

  /** The attentions whose matrices are all among a request's, by block. */
  static List<Attention> of(CompressionRequest request) {
    Map<Integer, List<LinearSlot>> projections = new HashMap<>();
    Map<Integer, LinearSlot> outputs = new TreeMap<>();
    for (LinearSlot slot : request.slots()) {
      if (slot.linear().dense() == null) {
        continue;
      }
      if (PROJECTIONS.contains(slot.role()) || slot.role().equals("query_key_value")) {
        projections.computeIfAbsent(slot.layer(), missing -> new ArrayList<>()).add(slot);
      } else if (slot.role().equals("attention_output")) {
        outputs.put(slot.layer(), slot);
      }
    }
    List<Attention> found = new ArrayList<>();
    outputs.forEach(
        (layer, output) -> {
          List<LinearSlot> own = projections.getOrDefault(layer, List.of());
          int width = own.stream().mapToInt(slot -> slot.linear().outputs()).sum();
          if (width == THREE * output.linear().inputs()) {
            found.add(new Attention(own, output, request.model().headSize()));
          }
        });
    return found;
  }

  int heads() {
    return output.linear().inputs() / headSize;
  }

  /** Numbers of all the matrices that one head takes, 4 H D. */
  long numbersPerHead() {
    return (long) headSize
        * (THREE * projections.get(0).linear().inputs() + output.linear().outputs());
  }

  List<LinearSlot> slots() {
    return Stream.concat(projections.stream(), Stream.of(output)).toList();
  }

  /**
   * The matrices of some heads alone: rows of query, key and value with their biases, columns of
   * the output, whose bias stays.
   *
   * @param heads their numbers, ascending
   * @param scope owns the maps
   * @return by slot
   */
  Map<String, Linear> keeping(int[] heads, Scope scope) {
    Map<String, Linear> kept = new HashMap<>();
    int parts = THREE / projections.size();
    for (LinearSlot slot : projections) {
      kept.put(slot.name(), Rows.of(slot, elements(heads, parts), scope));
    }
    int[] columns = elements(heads, 1);
    Linear whole = output.linear();
    Matrix weight = Rows.of(whole.dense(), columns, scope);
    kept.put(output.name(), new DenseLinear(weight, whole.bias()));
    return kept;
  }

  /** Numbers of the heads' outputs within parts that stand side by side. */
  private int[] elements(int[] heads, int parts) {
    int[] elements = new int[parts * heads.length * headSize];
    int next = 0;
    for (int part = 0; part < parts; part++) {
      for (int head : heads) {
        for (int i = 0; i < headSize; i++) {
          elements[next++] = (part * heads() + head) * headSize + i;
        }
      }
    }
    return elements;
  }
}
