package io.github.lrfbench.harness.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.JsonFile;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The tokens that end a text. */
public final class EndTokens {
  private EndTokens() {}

  /**
   * Those that a model directory's {@code config.json} names: {@code eos_token_id}, a number or a
   * list of numbers; none if it names none.
   */
  public static Set<Integer> of(Path directory) {
    JsonNode named = JsonFile.read(directory.resolve("config.json")).path("eos_token_id");
    Set<Integer> tokens = new TreeSet<>();
    if (named.isInt()) {
      tokens.add(named.intValue());
    }
    named.forEach(token -> tokens.add(token.asInt()));
    return tokens;
  }
}
