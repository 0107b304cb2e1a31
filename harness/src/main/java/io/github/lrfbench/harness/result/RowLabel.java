package io.github.lrfbench.harness.result;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The name of a row for people, {@code drone:attention=joint sensitivity round 8}: the method, and
 * of all that its result depends on what differs from the standard; but not the model, the task,
 * the budget, the seed, the data and the machine. Rows of one label are alike, and rows that are
 * not have several.
 */
public final class RowLabel {
  private static final int SMALLEST_PLAIN_EXPONENT = -3;

  /**
   * A method's first option whose standard became another one before rows had labels.
   *
   * @param now the standard since
   */
  private record Changed(String method, String option, String now) {}

  private static final List<Changed> CHANGED =
      List.of(
          new Changed("wlra", "optimizer", "lbfgs"),
          new Changed("tfwsvd", "optimizer", "lbfgs"),
          new Changed("kronecker", "terms", "16"));

  private RowLabel() {}

  /** The label in the row; of a row of schemas below 4 what its other columns tell. */
  public static String of(RunRow row) {
    String label = row.get(RunColumns.LABEL);
    return label == null ? derived(row) : label;
  }

  /**
   * The label of a variant.
   *
   * @param method the shortest text that says it, without the options that are at their standard
   * @param settings as {@link VariantSetting} has them; what is missing is at its standard
   */
  public static String of(String method, Map<VariantSetting, String> settings) {
    return Stream.concat(
            Stream.of(method),
            Arrays.stream(VariantSetting.values())
                .map(setting -> setting.told(settings.get(setting))))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** What {@link VariantSetting#FINETUNE} is. */
  public static String finetune(long epochs, double learningRate) {
    return epochs == 0 ? null : epochs + " x " + number(learningRate);
  }

  /** What {@link VariantSetting#DISTILL} is. */
  public static String distill(double softWeight, double hiddenWeight) {
    return number(softWeight) + "/" + number(hiddenWeight);
  }

  /** What {@link VariantSetting#LAYERS} is. */
  public static String layers(List<?> globs) {
    return globs.stream().map(Object::toString).collect(Collectors.joining("|"));
  }

  /** Earlier rows have what differs in {@code method_params}, of a chain below its stages. */
  private static String derived(RunRow row) {
    String method = Objects.requireNonNullElse(row.get(RunColumns.METHOD), "");
    Map<String, String> parameters = parameters(row);
    Map<VariantSetting, String> settings = new EnumMap<>(VariantSetting.class);
    settings.put(VariantSetting.ENERGY_OF, row.get(RunColumns.ENERGY_OF));
    settings.put(VariantSetting.ALLOCATE, ofAnyStage(parameters, "allocate"));
    settings.put(VariantSetting.ROUND_TO, ofAnyStage(parameters, "round_to"));
    if (parameters.containsKey("finetune_epochs")) {
      settings.put(
          VariantSetting.FINETUNE,
          finetune(
              Math.round(weight(parameters, "finetune_epochs")),
              weight(parameters, "finetune_lr")));
      settings.put(
          VariantSetting.DISTILL,
          distill(weight(parameters, "distill"), weight(parameters, "distill_hidden")));
      settings.put(VariantSetting.FINETUNE_SELECT, parameters.get("finetune_select"));
    }
    settings.put(VariantSetting.CALIBRATION, calibration(row, method, parameters));
    Map<String, Object> extra = row.get(RunColumns.EXTRA);
    if (extra != null && extra.get("layers") instanceof List<?> globs) {
      settings.put(VariantSetting.LAYERS, layers(globs));
    }
    settings.put(VariantSetting.QKV, parameters.get("qkv"));
    settings.put(VariantSetting.HEAD, parameters.get("head"));
    settings.put(VariantSetting.CACHE, parameters.get("cache"));
    return method.equals("dense") ? method : of(canonical(method, parameters), settings);
  }

  /** The text of a method by today's standards. */
  private static String canonical(String method, Map<String, String> parameters) {
    String text = method;
    for (Changed changed : CHANGED) {
      String key = (method.contains("+") ? changed.method() + "." : "") + changed.option();
      String value = parameters.get(key);
      if (value != null) {
        String told = value.equals(changed.now()) ? "" : ":" + changed.option() + "=" + value;
        text =
            text.replaceAll(
                "(?<![^+])" + changed.method() + "(:" + changed.option() + "=[^:+@]*)?(?![^:+@])",
                changed.method() + Matcher.quoteReplacement(told));
      }
    }
    return text;
  }

  /**
   * Rows of schema 1 tell it as {@code examples}, which of some methods counts others. It may be
   * below the standard since a task has no more training examples.
   */
  private static String calibration(RunRow row, String method, Map<String, String> parameters) {
    Long told = row.get(RunColumns.CALIBRATION_EXAMPLES);
    if (told != null) {
      return told.toString();
    }
    boolean first = Objects.equals(row.get(RunColumns.SCHEMA), 1L);
    return first && !method.contains("svd-head") && !method.contains("laser")
        ? ofAnyStage(parameters, "examples")
        : null;
  }

  private static Map<String, String> parameters(RunRow row) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String text = Objects.requireNonNullElse(row.get(RunColumns.METHOD_PARAMS), "");
    for (String assignment : text.split(";")) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        parameters.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }
    return parameters;
  }

  private static String ofAnyStage(Map<String, String> parameters, String name) {
    return parameters.entrySet().stream()
        .filter(entry -> entry.getKey().equals(name) || entry.getKey().endsWith("." + name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private static double weight(Map<String, String> parameters, String name) {
    try {
      return Double.parseDouble(parameters.getOrDefault(name, "0"));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** As a person would type it: 0.5, 2e-5. */
  public static String number(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return value == 0 ? "0" : Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(Numbers.print(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    return exponent < SMALLEST_PLAIN_EXPONENT
        ? exact.movePointLeft(exponent).toPlainString() + "e" + exponent
        : exact.toPlainString();
  }
}
