package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;

/**
 * What an adapter is, as PEFT's {@code adapter_config.json} says it.
 *
 * @param rank r
 * @param alpha the adapter's product is scaled by α / r, or α / √r
 * @param dropout rate in training
 * @param rankStabilized whether it is α / √r (Kalajdzievski 2023)
 * @param targets ends of the names of the modules that get an adapter
 * @param alphas other values of α by module, as PEFT's {@code alpha_pattern}
 * @param savedModules ends of the names of modules that are trained whole
 * @param baseModel what the adapter belongs to, for information
 */
public record LoraConfig(
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilized,
    List<String> targets,
    Map<String, Double> alphas,
    List<String> savedModules,
    String baseModel) {
  private static final List<String> USUAL_ROLES = List.of("query", "value", "query_key_value");

  /** Checks the numbers. */
  public LoraConfig {
    require(rank >= 1, "--lora-r must be at least 1, but is " + rank);
    require(alpha > 0 && alpha < 1e9, "--lora-alpha must be above 0, but is " + alpha);
    require(
        dropout >= 0 && dropout < 1, "--lora-dropout must be from 0 to below 1, but is " + dropout);
    targets = List.copyOf(targets);
    alphas = Map.copyOf(alphas);
    savedModules = List.copyOf(savedModules);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }

  /** What usually gets an adapter: the query and value projections, as a model calls them. */
  public static List<String> usualTargets(Model model) {
    return model.slots().stream()
        .filter(slot -> USUAL_ROLES.contains(slot.role()))
        .map(LinearSlot::name)
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .distinct()
        .toList();
  }

  /**
   * Reads a configuration.
   *
   * @param file named in messages
   * @throws InputException if it is of something else than LoRA, or of a kind of LoRA that is not
   *     known here
   */
  static LoraConfig parse(ObjectNode json, Path file) {
    String type = json.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw Faults.of(file, "peft_type is " + Faults.quote(type) + "; only LORA is supported");
    }
    for (String flag : List.of("use_dora", "lora_bias", "use_qalora", "use_bdlora")) {
      if (json.path(flag).asBoolean(false)) {
        throw Faults.of(file, flag + " is not supported");
      }
    }
    String bias = json.path("bias").asText("none");
    if (!bias.equals("none")) {
      throw Faults.of(file, "bias is " + Faults.quote(bias) + "; only 'none' is supported");
    }
    JsonNode rank = json.path("r");
    JsonNode alpha = json.path("lora_alpha");
    if (!rank.isInt() || rank.asInt() < 1 || !alpha.isNumber() || !(alpha.asDouble() > 0)) {
      throw Faults.of(file, "r and lora_alpha must be positive numbers");
    }
    double dropout = json.path("lora_dropout").asDouble(0);
    if (!(dropout >= 0 && dropout < 1)) {
      throw Faults.of(file, "lora_dropout must be from 0 to below 1");
    }
    Map<String, Double> alphas = new LinkedHashMap<>();
    json.path("alpha_pattern")
        .properties()
        .forEach(entry -> alphas.put(entry.getKey(), entry.getValue().asDouble()));
    return new LoraConfig(
        rank.asInt(),
        alpha.asDouble(),
        dropout,
        json.path("use_rslora").asBoolean(false),
        strings(json.path("target_modules")),
        alphas,
        strings(json.path("modules_to_save")),
        json.path("base_model_name_or_path").asText(""));
  }

  private static List<String> strings(JsonNode node) {
    List<String> strings = new ArrayList<>();
    if (node.isTextual()) {
      strings.add(node.asText());
    }
    node.elements().forEachRemaining(element -> strings.add(element.asText()));
    return strings;
  }

  /** What PEFT reads, but for what depends on the model. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("peft_type", "LORA");
    json.put("base_model_name_or_path", baseModel).put("inference_mode", true);
    json.put("r", rank);
    if (alpha == Math.rint(alpha)) {
      json.put("lora_alpha", (long) alpha);
    } else {
      json.put("lora_alpha", alpha);
    }
    json.put("lora_dropout", dropout).put("use_rslora", rankStabilized);
    addAll(json.putArray("target_modules"), targets);
    addAll(json.putArray("modules_to_save"), savedModules);
    json.putObject("rank_pattern");
    ObjectNode patterns = json.putObject("alpha_pattern");
    alphas.forEach(patterns::put);
    json.put("bias", "none").put("init_lora_weights", true);
    return json;
  }

  private static void addAll(ArrayNode array, List<String> strings) {
    strings.forEach(array::add);
  }

  /** What B A of a module is multiplied by, if A has so many rows. */
  double scale(String module, int rows) {
    double own = alpha;
    for (Map.Entry<String, Double> pattern : alphas.entrySet()) {
      if (matches(pattern.getKey(), module)) {
        own = pattern.getValue();
        break;
      }
    }
    return own / (rankStabilized ? Math.sqrt(rows) : rows);
  }

  private static boolean matches(String pattern, String module) {
    try {
      return module.matches("(.*\\.)?(" + pattern + ")");
    } catch (PatternSyntaxException e) {
      throw new InputException("alpha_pattern " + Faults.quote(pattern) + " is no pattern", e);
    }
  }

  /** Whether a module gets an adapter. */
  boolean isTarget(String module) {
    return targets.stream().anyMatch(end -> endsWith(module, end));
  }

  /** Whether a module is trained whole: it, or a module around it, is named. */
  boolean isSaved(String module) {
    return savedModules.stream()
        .anyMatch(end -> endsWith(module, end) || ("." + module).contains("." + end + "."));
  }

  private static boolean endsWith(String module, String end) {
    return module.equals(end) || module.endsWith("." + end);
  }
}
