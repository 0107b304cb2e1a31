package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code adapter_config.json} says of an adapter, by the rules of PEFT 0.21.
 *
 * @param targets which modules get factors
 * @param saved which modules are held whole
 * @param ranks r of a module
 * @param alphas α of a module
 * @param rankStabilized whether B A is scaled by α / √r (Kalajdzievski 2023) and not by α / r
 * @param dropout rate in training
 * @param initialization what the adapter began as
 * @param magnitudes whether rows are scaled to lengths of their own (DoRA, Liu et al. 2024)
 * @param factorBias whether B has a bias
 * @param ownBiases whether the adapted modules' biases were trained too
 */
record PeftConfig(
    Targets targets,
    SavedModules saved,
    ModuleNumbers ranks,
    ModuleNumbers alphas,
    boolean rankStabilized,
    double dropout,
    Initialization initialization,
    boolean magnitudes,
    boolean factorBias,
    boolean ownBiases) {

  /** Every key that PEFT 0.21 writes for LoRA, and some of before. */
  private static final KnownKeys KEYS =
      KnownKeys.builder()
          .only("peft_type", "LORA")
          .only("bias", "none", "lora_only")
          .read("r", "lora_alpha", "lora_dropout", "use_rslora", "rank_pattern", "alpha_pattern")
          .read("target_modules", "exclude_modules", "layers_to_transform", "layers_pattern")
          .read("modules_to_save", "task_type", "init_lora_weights", "use_dora", "lora_bias")
          // How factors are first drawn, or what their training keeps in memory.
          .inert("loftq_config", "eva_config", "corda_config", "lora_ga_config", "velora_config")
          // Where the adapter comes from.
          .inert("base_model_name_or_path", "revision", "auto_mapping", "inference_mode")
          .inert("peft_version", "runtime_config")
          // PEFT sees from the module how it is stored, whatever this says.
          .inert("fan_in_fan_out")
          // These matter with others that are refused.
          .inert("megatron_core", "qalora_group_size", "ensure_weight_tying")
          .refused("alora_invocation_tokens", "arrow_config", "kasa_config", "layer_replication")
          .refused("megatron_config", "monteclora_config", "target_parameters", "use_bdlora")
          .refused("trainable_token_indices", "use_qalora", "enable_lora")
          .build();

  /** The modules that PEFT trains whole with a classifier, whatever the file says. */
  private static final List<String> CLASSIFIERS = List.of("classifier", "score");

  private static final Set<String> CLASSIFICATION = Set.of("SEQ_CLS", "TOKEN_CLS");

  /** What PEFT adapts where a configuration names no modules. */
  private static final Map<String, List<String>> USUAL_TARGETS =
      Map.of(
          "bert", List.of("query", "value"),
          "roberta", List.of("query", "value"),
          "gpt2", List.of("c_attn"));

  /**
   * Reads a configuration.
   *
   * @param file named in messages
   * @param architecture of the model
   * @param notes is told of keys that are not known
   * @throws InputException if it is of something else than LoRA, or of a kind of LoRA that is not
   *     known here
   */
  static PeftConfig parse(ObjectNode json, Path file, String architecture, Notes notes) {
    JsonFields fields = JsonFields.of(file, json);
    fields.string("peft_type");
    KEYS.check(file, json, notes);
    return new Parser(file, fields).parse(architecture);
  }

  /** The number of rows of a module's A. */
  int rank(String module) {
    return (int) ranks.of(module);
  }

  /** What B A of a module is multiplied by. */
  double scale(String module) {
    double rank = ranks.of(module);
    return alphas.of(module) / (rankStabilized ? Math.sqrt(rank) : rank);
  }

  private record Parser(Path file, JsonFields fields) {
    PeftConfig parse(String architecture) {
      boolean magnitudes = is("use_dora");
      boolean factorBias = is("lora_bias");
      String begin = fields.value("init_lora_weights").asText("");
      Initialization initialization = initialization();
      if (factorBias && (magnitudes || fields.value("init_lora_weights").isTextual())) {
        throw fields.fault(
            fields.pathOf("lora_bias") + " goes with neither use_dora nor init_lora_weights");
      }
      if (magnitudes && (begin.equalsIgnoreCase("mica") || fields.has("velora_config"))) {
        throw fields.fault(fields.pathOf("use_dora") + " goes with neither mica nor velora_config");
      }
      SavedModules saved = saved();
      return new PeftConfig(
          targets(saved, architecture),
          saved,
          numbers("r", "rank_pattern", true),
          numbers("lora_alpha", "alpha_pattern", false),
          is("use_rslora"),
          dropout(),
          initialization,
          magnitudes,
          factorBias,
          fields.string("bias", "none").equals("lora_only"));
    }

    private boolean is(String key) {
      return fields.bool(key).orElse(false);
    }

    private double dropout() {
      double dropout = fields.has("lora_dropout") ? fields.number("lora_dropout") : 0;
      if (!(dropout >= 0 && dropout < 1)) {
        throw fields.fault(fields.pathOf("lora_dropout") + " must be from 0 to below 1");
      }
      return dropout;
    }

    private Initialization initialization() {
      JsonNode value = fields.value("init_lora_weights");
      if (value.isMissingNode() || value.isBoolean() && value.booleanValue()) {
        return Initialization.PLAIN;
      }
      if (value.isNull() || value.isBoolean()) {
        return Initialization.RANDOM;
      }
      String name = fields.string("init_lora_weights");
      // PEFT looks at the case of some.
      String folded = name.toLowerCase(Locale.ROOT);
      if (name.equals("pissa")) {
        return Initialization.PISSA;
      }
      if (folded.equals("olora")) {
        return Initialization.OLORA;
      }
      if (name.equals("orthogonal")) {
        return Initialization.RANDOM;
      }
      if (Set.of("eva", "lora_ga").contains(name) || Set.of("gaussian", "mica").contains(folded)) {
        return Initialization.PLAIN;
      }
      throw fields.fault(
          fields.pathOf("init_lora_weights")
              + " is "
              + Faults.quote(name)
              + ", which is not supported; save the adapter with PEFT's"
              + " path_initial_model_for_weight_conversion");
    }

    private ModuleNumbers numbers(String usual, String pattern, boolean isRank) {
      Map<ModulePattern, Double> patterns = new LinkedHashMap<>();
      if (fields.has(pattern)) {
        JsonFields object = fields.object(pattern);
        for (String key : object.names()) {
          double number = number(object, key, isRank);
          patterns.putIfAbsent(compile(pattern, ModuleNumbers.expression(key)), number);
        }
      }
      return new ModuleNumbers(number(fields, usual, isRank), patterns);
    }

    private static double number(JsonFields fields, String key, boolean isRank) {
      double number = fields.number(key);
      boolean fits =
          isRank
              ? fields.value(key).isInt() && number >= 1
              : Double.isFinite((float) number) && number > 0;
      if (!fits) {
        throw fields.fault(
            fields.pathOf(key) + " must be a positive " + (isRank ? "integer" : "number"));
      }
      return number;
    }

    private ModulePattern compile(String key, String expression) {
      return ModulePattern.of(file, key, expression);
    }

    private SavedModules saved() {
      Set<String> names = new LinkedHashSet<>(strings("modules_to_save"));
      if (CLASSIFICATION.contains(fields.string("task_type", ""))) {
        names.addAll(CLASSIFIERS);
      }
      return new SavedModules(
          List.copyOf(names),
          names.stream()
              .map(name -> compile("modules_to_save", SavedModules.expression(name)))
              .toList());
    }

    private Targets targets(SavedModules saved, String architecture) {
      Targets.Names named = named(architecture);
      Set<Integer> layers = layers();
      List<String> patterns = oneOrMore("layers_pattern");
      if (!(named instanceof Targets.Ends) && (!layers.isEmpty() || !patterns.isEmpty())) {
        throw fields.fault("layers_to_transform and layers_pattern need a list of target_modules");
      }
      if (layers.isEmpty() && !patterns.isEmpty()) {
        throw fields.fault(fields.pathOf("layers_pattern") + " needs layers_to_transform");
      }
      List<String> expressions =
          patterns.isEmpty()
              ? List.of(".*?\\.[^.]*\\.(?P<idx>\\d+)\\.")
              : patterns.stream()
                  .map(pattern -> "(?:^|.*?\\.)" + pattern + "\\.(?P<idx>\\d+)\\.")
                  .toList();
      return new Targets(
          named,
          names("exclude_modules"),
          saved,
          layers,
          expressions.stream().map(text -> compile("layers_pattern", text)).toList());
    }

    private Targets.Names named(String architecture) {
      if (!fields.has("target_modules")) {
        return new Targets.Ends(
            Set.copyOf(
                Optional.ofNullable(USUAL_TARGETS.get(architecture))
                    .orElseThrow(
                        () -> fields.fault(fields.pathOf("target_modules") + " is missing"))));
      }
      if (fields.value("target_modules").asText("").equalsIgnoreCase("all-linear")) {
        boolean classifies = fields.string("task_type", "").equals("SEQ_CLS");
        return new Targets.AllLinear(
            classifies ? Set.of("lm_head", "score", "classifier") : Set.of("lm_head"));
      }
      return names("target_modules");
    }

    private Targets.Names names(String key) {
      return fields.value(key).isTextual() && !fields.string(key).isEmpty()
          ? new Targets.Matching(compile(key, fields.string(key)))
          : new Targets.Ends(Set.copyOf(strings(key)));
    }

    private Set<Integer> layers() {
      JsonNode value = fields.value("layers_to_transform");
      Set<Integer> layers = new LinkedHashSet<>();
      List<JsonNode> numbers = new ArrayList<>();
      if (value.isInt()) {
        numbers.add(value);
      } else if (fields.has("layers_to_transform")) {
        fields.array("layers_to_transform").forEach(numbers::add);
      }
      for (JsonNode number : numbers) {
        if (!number.isInt()) {
          throw fields.fault(fields.pathOf("layers_to_transform") + " must hold integers");
        }
        layers.add(number.intValue());
      }
      return layers;
    }

    private List<String> oneOrMore(String key) {
      if (!fields.value(key).isTextual()) {
        return strings(key);
      }
      String one = fields.string(key);
      return one.isEmpty() ? List.of() : List.of(one);
    }

    private List<String> strings(String key) {
      List<String> strings = new ArrayList<>();
      // An empty string names nothing, as an empty list does.
      boolean empty = fields.value(key).isTextual() && fields.string(key).isEmpty();
      if (fields.has(key) && !empty) {
        for (JsonNode element : fields.array(key)) {
          if (!element.isTextual()) {
            throw fields.fault(fields.pathOf(key) + " must hold strings");
          }
          strings.add(element.textValue());
        }
      }
      return strings;
    }
  }
}
