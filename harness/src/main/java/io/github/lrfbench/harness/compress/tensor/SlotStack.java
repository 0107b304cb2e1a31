package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Matrices whose slices of [D, w] are those of one tensor, or a matrix alone, which is a tensor of
 * two modes.
 *
 * @param parts the matrices, at least one
 * @param d D
 * @param w columns of a slice
 */
record SlotStack(List<Part> parts, int d, int w) {
  /**
   * A matrix's slices, in the order of its outputs or inputs.
   *
   * @param slices how many there are
   * @param ofInputs whether a slice is some columns of W, and not some rows transposed
   */
  record Part(LinearSlot slot, int slices, boolean ofInputs) {
    private int d() {
      return ofInputs ? slot.linear().outputs() : slot.linear().inputs();
    }

    private int w() {
      return (ofInputs ? slot.linear().inputs() : slot.linear().outputs()) / slices;
    }
  }

  /**
   * Every block's attention, split by head: rows of query, key and value, columns of the output.
   *
   * @param size of a head
   */
  static List<SlotStack> heads(List<LinearSlot> slots, int size) {
    return group(slots, slot -> head(slot, size), part -> "block " + part.slot().layer());
  }

  /**
   * The attentions of all blocks, split by head.
   *
   * @param size of a head
   */
  static List<SlotStack> headsOfAll(List<LinearSlot> slots, int size) {
    return group(slots, slot -> head(slot, size), part -> "attention");
  }

  /** Matrices of one role and size in all blocks, each of which is a slice. */
  static List<SlotStack> layers(List<LinearSlot> slots) {
    return group(slots, slot -> new Part(slot, 1, false), part -> part.slot().role());
  }

  /** Every matrix alone, its rows split into as many blocks as divide them, up to a number. */
  static List<SlotStack> matrices(List<LinearSlot> slots, int blocks) {
    return group(
        slots,
        slot -> {
          int count = Math.min(blocks, slot.linear().outputs());
          while (slot.linear().outputs() % count != 0) {
            count--;
          }
          return new Part(slot, count, false);
        },
        part -> part.slot().name());
  }

  /** Null of what is no part of an attention. */
  private static Part head(LinearSlot slot, int size) {
    return switch (slot.role()) {
      case "query", "key", "value", "query_key_value" ->
          new Part(slot, slot.linear().outputs() / size, false);
      case "attention_output" -> new Part(slot, slot.linear().inputs() / size, true);
      default -> null;
    };
  }

  private static List<SlotStack> group(
      List<LinearSlot> slots, Function<LinearSlot, Part> split, Function<Part, String> key) {
    Map<List<Object>, List<Part>> groups = new LinkedHashMap<>();
    for (LinearSlot slot : slots) {
      Part part = split.apply(slot);
      Part own = part == null ? new Part(slot, 1, false) : part;
      List<Object> group =
          part == null ? List.of(slot.name()) : List.of(key.apply(own), own.d(), own.w());
      groups.computeIfAbsent(group, missing -> new ArrayList<>()).add(own);
    }
    return groups.values().stream()
        .map(parts -> new SlotStack(List.copyOf(parts), parts.get(0).d(), parts.get(0).w()))
        .toList();
  }

  /** K. */
  int slices() {
    return parts.stream().mapToInt(Part::slices).sum();
  }

  /** Whether there are two modes only. */
  boolean isMatrix() {
    return slices() == 1;
  }

  /** What stands for it where a matrix is asked for. */
  LinearSlot first() {
    return parts.get(0).slot();
  }

  /**
   * The tensor.
   *
   * @throws ArithmeticException if a matrix holds NaN or infinity
   */
  SliceTensor tensor(Scope scope) {
    Matrix x = Matrices.allocate(scope, slices() * w, d);
    int row = 0;
    for (Part part : parts) {
      try (Scope scratch = scope.device().openScope()) {
        int end = row + part.slices() * w;
        Matrix matrix = Matrices.toDouble(SlotMatrix.of(part.slot(), scratch), scratch);
        if (part.ofInputs()) {
          scope.device().blas().transpose(matrix, x.rows(row, end));
        } else {
          scope.device().blas().copy(matrix, x.rows(row, end));
        }
        row = end;
      }
    }
    SliceTensor tensor = new SliceTensor(x, w);
    if (!Double.isFinite(tensor.squaredNorm())) {
      throw new ArithmeticException("a matrix of " + first().name() + " holds NaN or infinity");
    }
    return tensor;
  }
}
