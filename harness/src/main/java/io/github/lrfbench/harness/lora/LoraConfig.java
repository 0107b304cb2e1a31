package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * What an adapter shall be that is trained here.
 *
 * @param rank r
 * @param alpha the adapter's product is scaled by α / r, or α / √r
 * @param dropout rate in training
 * @param rankStabilized whether it is α / √r (Kalajdzievski 2023)
 * @param targets ends of the names of the modules that get an adapter
 * @param savedModules ends of the names of modules that are trained whole
 * @param baseModel what the adapter belongs to, for information
 */
public record LoraConfig(
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilized,
    List<String> targets,
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
    json.putObject("alpha_pattern");
    json.put("bias", "none").put("init_lora_weights", true);
    return json;
  }

  private static void addAll(ArrayNode array, List<String> strings) {
    strings.forEach(array::add);
  }

  /** What B A is multiplied by. */
  double scale() {
    return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  }

  /** Whether a module gets an adapter. */
  boolean isTarget(String module) {
    return targets.stream().anyMatch(end -> endsWith(module, end));
  }

  /** Whether a module is trained whole, by the rules of PEFT. */
  boolean isSaved(String module) {
    return SavedModules.holds(savedModules, module);
  }

  private static boolean endsWith(String module, String end) {
    return module.equals(end) || module.endsWith("." + end);
  }
}
