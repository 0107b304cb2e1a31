package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import java.util.List;
import java.util.Set;

/**
 * The method {@code vo-heads}: values of fewer dimensions in every head. What a head adds to the
 * attention's output is W_o z, z being its mix of values; the k directions of that output that hold
 * most of it on the calibration tokens stay, which is the best that k dimensions can do for one
 * head. Mixing over tokens commutes with it, so that the values' matrix makes those directions at
 * once. {@code by=flat} keeps the directions of the values (FLAT-LLM), {@code by=modegpt} those of
 * the outputs of values that are not mixed (MoDeGPT, type III; Lin et al. 2025).
 */
public final class VoHeadsCompressor extends NarrowingMethod {
  static final String BY = "by";
  static final String FLAT = "flat";
  static final String MODEGPT = "modegpt";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "vo-heads",
        "values of fewer dimensions in every head, closest in what it adds to the output",
        "Lin et al. 2025",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone of a head's columns of the attention's output matrix, by its own inputs alone",
        List.of(MethodOption.choice(BY, "exact", FLAT, MODEGPT), BIAS, MatrixMethod.tokens()));
  }

  @Override
  List<Pair> pairs(CompressionRequest request) {
    return Pair.of(request.slots(), "value", "attention_output");
  }

  @Override
  String missing() {
    return "the value and the output of an attention among the matrices; values of a GPT-2 are a"
        + " matrix of their own with --split-qkv";
  }

  @Override
  Narrowing narrowing(Pair pair, CompressionRequest request) {
    String second = pair.second().name();
    return new ValueHeads(
        pair,
        pair.width() / request.model().headSize(),
        request.statistics().moments().of(pair.first().name()),
        request.statistics().moments().of(second),
        request.options(),
        request.cache(),
        List.of(second, request.statistics(), request.options()));
  }
}
