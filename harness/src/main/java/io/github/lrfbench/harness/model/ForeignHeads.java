package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.text.OneLine;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Names, for messages, what a checkpoint has beside the body of a model and heads of pretraining.
 */
public final class ForeignHeads {
  private static final int MOST = 3;

  private static final List<String> KNOWN =
      List.of(
          "embeddings.",
          "encoder.",
          "pooler.",
          "transformer.",
          "h.",
          "wte.",
          "wpe.",
          "ln_f.",
          "cls.",
          "lm_head.",
          "vocab_transform.",
          "vocab_layer_norm.",
          "vocab_projector.");

  private ForeignHeads() {}

  /**
   * The first matrices that are of another head, as a clause, or nothing if there are none.
   *
   * @param body how the names of the model's body begin
   */
  public static String clause(Collection<String> names, String body) {
    List<String> others =
        names.stream()
            .filter(name -> name.endsWith(".weight") && !name.startsWith(body))
            .filter(name -> KNOWN.stream().noneMatch(name::startsWith))
            .sorted()
            .toList();
    if (others.isEmpty()) {
      return "";
    }
    return others.stream()
        .limit(MOST)
        .map(OneLine::quote)
        .collect(Collectors.joining(", ", "; it has ", others.size() > MOST ? ", ..." : ""));
  }
}
