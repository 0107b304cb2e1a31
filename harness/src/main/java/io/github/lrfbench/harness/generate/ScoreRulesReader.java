package io.github.lrfbench.harness.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the rules that change scores of tokens. */
final class ScoreRulesReader {
  private final JsonFields json;
  private final Set<Integer> ends;
  private final int vocabulary;

  /**
   * A reader of a file.
   *
   * @param ends tokens that end a text
   * @param vocabulary how many tokens there are
   */
  ScoreRulesReader(JsonFields json, Set<Integer> ends, int vocabulary) {
    this.json = json;
    this.ends = ends;
    this.vocabulary = vocabulary;
  }

  ScoreRules read() {
    List<ScoreRule> first = new ArrayList<>();
    if (isList("sequence_bias")) {
      first.add(TokenRules.biases(sequenceBiases()));
    }
    penalty("encoder_repetition_penalty")
        .ifPresent(penalty -> first.add(TokenRules.repetition(1 / penalty, true)));
    penalty("repetition_penalty")
        .ifPresent(penalty -> first.add(TokenRules.repetition(penalty, false)));
    int noRepeat = json.has("no_repeat_ngram_size") ? json.index("no_repeat_ngram_size") : 0;
    boolean normalizes = json.bool("renormalize_logits").orElse(false);
    return new ScoreRules(first, new NoRepeat(noRepeat, true), last(), normalizes);
  }

  private List<ScoreRule> last() {
    List<ScoreRule> rules = new ArrayList<>();
    count("encoder_no_repeat_ngram_size")
        .ifPresent(size -> rules.add(TokenRules.noRunOfPrompt(size)));
    if (isList("bad_words_ids")) {
      rules.add(TokenRules.biases(badWords()));
    }
    if (json.has("min_new_tokens")) {
      rules.add(TokenRules.minimum(json.index("min_new_tokens"), false, ends));
    } else {
      count("min_length").ifPresent(size -> rules.add(TokenRules.minimum(size, true, ends)));
    }
    boolean firstIsForced = json.has("forced_bos_token_id");
    if (firstIsForced) {
      int token = token("forced_bos_token_id", json.value("forced_bos_token_id"));
      requireAllowed("forced_bos_token_id", Set.of(token));
      rules.add(TokenRules.forcedSecond(token));
    }
    if (json.has("forced_eos_token_id")) {
      Set<Integer> tokens = forcedLast();
      requireAllowed("forced_eos_token_id", tokens);
      rules.add(TokenRules.forcedLast(tokens));
    }
    if (json.bool("remove_invalid_values").orElse(false)) {
      rules.add(TokenRules.finite());
    }
    if (json.has("exponential_decay_length_penalty")) {
      rules.add(growingEnds());
    }
    if (isList("suppress_tokens")) {
      rules.add(TokenRules.never(anyTokens("suppress_tokens")));
    }
    if (isList("begin_suppress_tokens")) {
      rules.add(TokenRules.notFirst(anyTokens("begin_suppress_tokens"), firstIsForced));
    }
    return rules;
  }

  /** Whether there is a list that is not empty. */
  private boolean isList(String name) {
    return json.has(name) && !json.array(name).isEmpty();
  }

  /** A number that is above 0. */
  private Optional<Integer> count(String name) {
    return json.has(name) && json.index(name) > 0
        ? Optional.of(json.index(name))
        : Optional.empty();
  }

  /** A penalty, unless it changes nothing. */
  private Optional<Float> penalty(String name) {
    if (!json.has(name)) {
      return Optional.empty();
    }
    float penalty = (float) json.number(name);
    if (!(penalty > 0) || Float.isInfinite(penalty)) {
      throw json.fault(json.pathOf(name) + " must be above 0");
    }
    return penalty == 1 ? Optional.empty() : Optional.of(penalty);
  }

  private List<TokenRules.Bias> sequenceBiases() {
    // As in a dictionary, the last word on a run counts.
    Map<List<Integer>, Float> biases = new LinkedHashMap<>();
    for (JsonNode pair : json.array("sequence_bias")) {
      float bias = pair.size() == 2 ? (float) pair.path(1).asDouble(Double.NaN) : Float.NaN;
      if (!pair.isArray() || !pair.path(1).isNumber() || !Float.isFinite(bias)) {
        throw json.fault(
            json.pathOf("sequence_bias") + " must hold pairs of a list of tokens and a number");
      }
      biases.put(run("sequence_bias", pair.get(0)), bias);
    }
    return biases.entrySet().stream()
        .map(entry -> new TokenRules.Bias(entry.getKey(), entry.getValue()))
        .toList();
  }

  private List<TokenRules.Bias> badWords() {
    Set<List<Integer>> runs = new LinkedHashSet<>();
    for (JsonNode node : json.array("bad_words_ids")) {
      List<Integer> run = run("bad_words_ids", node);
      // Texts may always end.
      if (run.size() > 1 || !ends.contains(run.get(0))) {
        runs.add(run);
      }
    }
    return runs.stream().map(run -> new TokenRules.Bias(run, Float.NEGATIVE_INFINITY)).toList();
  }

  private List<Integer> run(String name, JsonNode node) {
    if (!node.isArray() || node.isEmpty()) {
      throw json.fault(json.pathOf(name) + " must hold lists of tokens that are not empty");
    }
    List<Integer> tokens = new ArrayList<>();
    for (JsonNode token : node) {
      tokens.add(token(name, token));
    }
    return tokens;
  }

  private Set<Integer> forcedLast() {
    JsonNode value = json.value("forced_eos_token_id");
    if (!value.isArray()) {
      return Set.of(token("forced_eos_token_id", value));
    }
    return new TreeSet<>(run("forced_eos_token_id", value));
  }

  private int token(String name, JsonNode node) {
    if (!JsonFields.isIndex(node) || node.intValue() >= vocabulary) {
      throw json.fault(
          json.pathOf(name) + " must hold tokens of the model, which has " + vocabulary);
    }
    return node.intValue();
  }

  /** Tokens of which some may be none of the model's, as -1 is in many a file. */
  private Set<Integer> anyTokens(String name) {
    Set<Integer> tokens = new TreeSet<>();
    for (JsonNode token : json.array(name)) {
      if (!token.isIntegralNumber() || !token.canConvertToInt()) {
        throw json.fault(json.pathOf(name) + " must be a list of tokens");
      }
      tokens.add(token.intValue());
    }
    return tokens;
  }

  /** What is forced must not be suppressed. */
  private void requireAllowed(String name, Set<Integer> tokens) {
    if (isList("suppress_tokens") && anyTokens("suppress_tokens").containsAll(tokens)) {
      throw fault(name, "is forced, but 'suppress_tokens' forbids it");
    }
  }

  private InputException fault(String name, String text) {
    return json.fault(json.pathOf(name) + " " + text);
  }

  private ScoreRule growingEnds() {
    String name = "exponential_decay_length_penalty";
    JsonNode pair = json.array(name);
    if (pair.size() != 2 || !JsonFields.isIndex(pair.get(0)) || !pair.get(1).isNumber()) {
      throw fault(name, "must be a number of tokens and a factor");
    }
    if (ends.isEmpty()) {
      throw fault(name, "needs 'eos_token_id'");
    }
    return TokenRules.growingEnds(pair.get(0).intValue(), pair.get(1).doubleValue(), ends);
  }
}
