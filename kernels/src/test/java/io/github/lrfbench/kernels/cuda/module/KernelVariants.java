package io.github.lrfbench.kernels.cuda.module;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Macros with which every kernel source is compiled in tests. */
final class KernelVariants {
  private static final Map<String, Integer> VECTORS =
      Map.of("float", 4, "double", 2, "half", 8, "bf16", 8);

  private static final List<String> SIMPLE =
      List.of(
          "add_rows",
          "adamw",
          "add_masked",
          "add_to_largest",
          "all_finite",
          "column_sums",
          "cross_entropy",
          "cross_entropy_gradient",
          "largest_bounds",
          "gather_columns",
          "layer_norm_gradient",
          "mean_pool_gradient",
          "mirror",
          "row_squared_norms",
          "scale",
          "squared_norm",
          "swap_axes",
          "unmask",
          "zero_upper");

  /** Gradients are offered in these types. */
  private static final List<String> TRAINING =
      List.of(
          "activation",
          "activation_gradient",
          "add_masked",
          "add_rows",
          "add_scaled",
          "add_squares",
          "multiply",
          "adamw",
          "attention_divergence",
          "attention_gradient",
          "clear",
          "column_sums",
          "cross_entropy_gradient",
          "dropout",
          "layer_norm_gradient",
          "mean_pool_gradient",
          "softmax_gradient");

  private KernelVariants() {}

  /** Variants of an operation for an element type on a device, none where it is not offered. */
  static List<KernelVariant> of(String operation, String type, int capability) {
    List<KernelVariant> variants = new ArrayList<>();
    boolean wide = type.equals("float") || type.equals("double");
    if (TRAINING.contains(operation) && !wide) {
      return variants;
    }
    for (int vector : new int[] {1, VECTORS.get(type)}) {
      KernelVariant plain = KernelVariant.of(operation).with("ELEMENT", type);
      KernelVariant variant = plain.with("VECTOR", vector);
      boolean tensorCores =
          type.equals("half") && capability >= 75 || type.equals("bf16") && capability >= 80;
      switch (operation) {
        case "bias_activation", "activation", "activation_gradient" -> {
          for (String activation : List.of("GELU", "GELU_TANH", "RELU", "TANH")) {
            variants.add(variant.with("ACTIVATION", activation));
          }
        }
        case "layer_norm", "softmax", "softmax_gradient" -> {
          variants.add(variant.with("VECTORS", 3).with("BOUND", 256));
          variants.add(variant.with("VECTORS", 4).with("BOUND", 1024));
        }
        case "copy", "transpose" -> {
          for (String target : VECTORS.keySet()) {
            variants.add(variant.with("TARGET", target));
          }
        }
        case "dequantize", "palette" -> {
          for (int bits : new int[] {3, 4, 8}) {
            variants.add(variant.with("BITS", bits));
          }
        }
        case "outlier_columns", "int8_rows" -> {
          if (!type.equals("double")) {
            variants.add(plain);
          }
        }
        case "int8_linear" -> {
          if (!type.equals("double")) {
            variants.add(plain.with("WORDS", vector == 1 ? 0 : 1).with("ACTIVATION", "GELU"));
          }
        }
        case "coded_rows" -> {
          for (int bits : new int[] {3, 4, 8}) {
            variants.add(variant.with("BITS", bits).with("ROWS", 8).with("ACTIVATION", "GELU"));
          }
        }
        case "cached_attention" -> variants.add(variant.with("CHUNKS", 2).with("WARPS", 8));
        case "embed",
            "mean_pool",
            "scatter_rows",
            "spread",
            "clear",
            "add_scaled",
            "add_squares",
            "multiply",
            "khatri_rao",
            "dropout" ->
            variants.add(variant);
        case "attention" -> {
          KernelVariant tiled =
              variant.with("HEAD", 64).with("TILE", type.equals("double") ? 32 : 64);
          variants.add(tiled.with("DROPOUT", 0));
          if (wide) {
            variants.add(tiled.with("DROPOUT", 1));
          }
        }
        case "attention_gradient" ->
            variants.add(variant.with("HEAD", 64).with("TILE", 32).with("DROPOUT", 1));
        case "attention_divergence" ->
            variants.add(
                variant
                    .with("HEAD", 64)
                    .with("TILE", type.equals("double") ? 32 : 64)
                    .with("DROPOUT", 0));
        case "attention_mma" -> {
          if (tensorCores) {
            variants.add(variant.with("HEAD", 64).with("WARPS", 4).with("STAGES", 2));
          }
        }
        case "lowrank_matmul" -> variants.add(variant.with("RANK", 64).with("ACTIVATION", "GELU"));
        case "lowrank_matmul_mma" -> {
          if (tensorCores) {
            variants.add(
                variant
                    .with("RANK", 64)
                    .with("ROWS", 32)
                    .with("WARPS", 8)
                    .with("DEPTH", capability == 75 ? 64 : 128)
                    .with("STAGES", 3)
                    .with("ACTIVATION", "GELU"));
          }
        }
        default -> {
          if (!SIMPLE.contains(operation)) {
            throw new IllegalArgumentException("no macros are known for " + operation);
          }
          variants.add(plain);
        }
      }
    }
    return variants.stream().distinct().toList();
  }
}
