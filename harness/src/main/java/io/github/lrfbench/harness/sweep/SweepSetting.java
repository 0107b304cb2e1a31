package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.Plugin;
import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.lm.WindowKind;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The one table of what a sweep can be set to: of each setting its name in {@code run.json}, its
 * options, its standard, and what it contributes to the ids of cells and to the keys that their
 * needs of memory are compared by. The order is that of ids. What becomes part of an id is a token
 * that never changes, since results are found again by it; a new setting adds none at its standard.
 */
public enum SweepSetting {
  /** Models; a cell depends on the weights, not on how they are named. */
  MODELS(
      List.of("model"), List.of("demo:bert"), SweepConfig::models, all(c -> c.cell().revision())),

  /** Tasks; without any those that the demo model knows. */
  TASKS(
      List.of("task"),
      List.of("demo-cola", "demo-sst2", "demo-rte", "demo-stsb"),
      SweepConfig::tasks,
      all(c -> c.cell().task()).memory(c -> c.seesTask() ? c.cell().task() : null)),

  /** Methods with their options. */
  METHODS(
      List.of("method"), List.of("svd"), SweepConfig::methods, all(c -> c.variant().method().id())),

  /** What may be kept; where a fraction is a size, it is compared and not equal. */
  BUDGETS(
      List.of("keep", "bits", "rank", "energy", "energy-of"),
      Stream.of(0.9, 0.7, 0.5, 0.3, 0.2, 0.1).map(keep -> Map.of("keep", keep)).toList(),
      config -> config.budgets().stream().map(SweepSetting::budget).toList(),
      all(CellContext::budget)
          .memory(c -> c.keepIsSize() ? c.variant().budget().kind() : c.budget())),

  /** Which matrices are compressed. */
  LAYERS(
      List.of("layers"),
      List.of(),
      SweepConfig::layers,
      all(c -> c.isDense() ? "" : String.join("|", c.config().layers()))),

  /** Of everything random; it needs no memory but where it chooses examples. */
  SEEDS(
      List.of("seed"),
      List.of(0L),
      SweepConfig::seeds,
      all(c -> Long.toString(c.variant().seed()))
          .memory(c -> c.variant().dependsOnTask() ? Long.toString(c.variant().seed()) : null)),

  /**
   * A cell is the same on each of a machine's GPUs, but not on another GPU as large. Several share
   * the memory of the host: what one of them lacked need not be lacking without the others.
   */
  DEVICE(
      List.of("device"),
      "auto",
      SweepConfig::device,
      all(CellContext::deviceKind)
          .memory(
              c -> {
                int devices = c.config().devices().size();
                return c.deviceName() + (devices == 1 ? "" : ", one of " + devices);
              })),

  DTYPE(List.of("dtype"), "fp32", SweepConfig::dtype, all(c -> c.config().dtype())),

  /** A size, which is compared. */
  BATCH_SIZE(
      List.of("batch-size"),
      1,
      SweepConfig::batchSize,
      all(c -> Integer.toString(c.config().batchSize())).memory(c -> null)),

  /** A size, which is compared. */
  SEQ_LEN(
      List.of("seq-len"),
      0,
      SweepConfig::seqLen,
      all(c -> Integer.toString(c.seqLen())).memory(c -> null)),

  MAX_LENGTH(
      List.of("max-length"),
      128,
      SweepConfig::maxLength,
      all(c -> Integer.toString(c.config().maxLength())).in(Step.COMPRESS, Step.EVALUATE)),

  LIMIT(
      List.of("limit"),
      0,
      SweepConfig::limit,
      all(c -> Integer.toString(c.config().limit())).in(Step.EVALUATE)),

  /** Where GLUE is; data that is not the task's by its name alone tells its identity. */
  GLUE(
      List.of("glue"),
      null,
      config -> path(config.glue()),
      all(c -> c.cell().data().isEmpty() ? null : "data=" + c.cell().data())
          .memory(c -> c.seesTask() ? c.cell().data() : null)),

  /** Texts, and how they are read, are part of the data's identity above. */
  TEXT(List.of("text"), null, config -> path(config.texts().text()), never()),
  TRAIN_TEXT(List.of("train-text"), null, config -> path(config.texts().training()), never()),
  E2E(List.of("e2e"), null, config -> path(config.texts().e2e()), never()),
  WINDOWS(
      List.of("windows"),
      WindowKind.SLIDING.label(),
      config -> config.texts().windows().label(),
      never()),
  CONTEXT(List.of("context"), 0, config -> config.texts().context(), never()),
  STRIDE(List.of("stride"), 0, config -> config.texts().stride(), never()),

  /** Training after compression. */
  RECOVERIES(
      List.of(
          "finetune-epochs",
          "finetune-lr",
          "finetune-select",
          "distill",
          "distill-hidden",
          "distill-attention",
          "distill-scores"),
      List.of(Recovery.NONE.toJson()),
      config -> config.recoveries().stream().map(Recovery::toJson).toList(),
      all(c -> c.variant().recovery().trains() ? c.variant().recovery().token() : null)),

  /** How budgets are shared out. */
  ALLOCATIONS(
      List.of("allocate", "round-to"),
      List.of(Allocation.UNIFORM.text()),
      config -> config.allocations().stream().map(Allocation::text).toList(),
      all(
          c ->
              c.isDense() || c.variant().allocation().isStandard()
                  ? null
                  : "allocate=" + c.variant().allocation().token())),

  /** Examples for statistics, of cells that collect some; recoveries learn from all. */
  CALIBRATION(
      List.of("calibration"),
      1024,
      SweepConfig::calibration,
      all(c ->
              !c.isDense() && c.variant().needsCalibration()
                  ? "calibration=" + c.config().calibration()
                  : null)
          .in(Step.COMPRESS)),

  LATENCY(
      List.of("latency"),
      LatencyKind.FORWARD.label(),
      config -> config.latency().label(),
      all(c ->
              c.config().latency() == LatencyKind.FORWARD
                  ? null
                  : "latency=" + c.config().latency().label())
          .in(Step.TIME)),

  /** How long times are taken changes no result. */
  ROUNDS(
      List.of("warmup", "min-runs", "max-noise", "max-seconds"),
      RoundRule.DEFAULT.toJson(),
      config -> config.rounds().toJson(),
      never()),

  /** Models of one shape take equally long, whichever is timed. */
  TIMES_EACH(List.of("time-each"), false, SweepConfig::timesEach, never()),

  SPLIT_QKV(
      List.of("split-qkv"),
      false,
      config -> config.matrices().splitQkv(),
      all(c -> matrices(c, "split_qkv=" + c.config().matrices().splitQkv()))),
  UNTIE_HEAD(
      List.of("untie-head"),
      false,
      config -> config.matrices().untieHead(),
      all(c -> matrices(c, "untie_head=" + c.config().matrices().untieHead()))),
  LATENT_CACHE(
      List.of("latent-cache"),
      false,
      config -> config.matrices().latentCache(),
      all(c -> c.config().matrices().latentCache() ? "latent_cache=true" : null)),

  /** Results differ by rounding at most; memory does not. */
  THREADS(
      List.of("threads"),
      0,
      SweepConfig::threads,
      all(c -> null).memory(c -> Integer.toString(c.threads()))),

  /** What a method that is none of the program's own was read from; an edited one is another. */
  PLUGINS(
      List.of(),
      List.of(),
      config ->
          config.methods().stream()
              .flatMap(method -> MethodChain.parse(method).plugins().stream())
              .distinct()
              .map(Plugin::toJson)
              .toList(),
      all(
          c -> {
            List<String> hashes =
                c.variant().method().plugins().stream().map(Plugin::sha256).toList();
            return hashes.isEmpty() ? null : "plugin=" + String.join("|", hashes);
          })),

  /** Files beside the results, which change none. */
  PREDICTIONS(
      List.of("predictions"),
      KeptPredictions.AUTO.label(),
      config -> config.predictions().label(),
      never()),

  /** Cells beside ours, whose ids tell the peer. */
  PEERS(List.of("peer"), List.of(), SweepConfig::peers, never()),

  /** Cells beside ours, whose ids tell the policy. */
  EXITS(
      List.of("exit"),
      List.of(),
      config -> config.exits().stream().map(ExitPolicy::text).toList(),
      never()),

  /** Where the record lies tells it. */
  OUT(List.of("out"), null, null, never());

  /** What of a cell becomes part of a key; null where a cell does not depend on the setting. */
  @FunctionalInterface
  private interface Token {
    String of(CellContext cell);
  }

  /**
   * What a setting contributes.
   *
   * @param id to ids
   * @param memory to the keys of needs of memory
   * @param steps those whose needs it changes
   */
  private record Part(Token id, Token memory, Set<Step> steps) {
    Part memory(Token other) {
      return new Part(id, other, steps);
    }

    Part in(Step... some) {
      return new Part(id, memory, Set.of(some));
    }
  }

  private static Part all(Token token) {
    return new Part(token, token, EnumSet.allOf(Step.class));
  }

  private static Part never() {
    return all(cell -> null);
  }

  private final List<String> options;
  private final Object standard;
  private final Function<SweepConfig, Object> recorded;
  private final Part part;

  SweepSetting(
      List<String> options, Object standard, Function<SweepConfig, Object> recorded, Part part) {
    this.options = options;
    this.standard = standard;
    this.recorded = recorded;
    this.part = part;
  }

  /** The key in {@code run.json}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The options of {@code sweep}, without dashes, which are the keys of its files. */
  public List<String> options() {
    return options;
  }

  /** What {@code run.json} tells where a user sets nothing; null for nothing. */
  public Object standard() {
    return standard;
  }

  /** Whether {@code run.json} tells it. */
  public boolean isRecorded() {
    return recorded != null;
  }

  /** What {@code run.json} tells of all settings. */
  public static Map<String, Object> record(SweepConfig config) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (SweepSetting setting : values()) {
      if (setting.isRecorded()) {
        all.put(setting.label(), setting.recorded.apply(config));
      }
    }
    return all;
  }

  /** What the id of a cell is a hash of. */
  static String idKey(CellContext cell) {
    return tokens(setting -> setting.part.id.of(cell));
  }

  /** What must be equal where needs of memory are compared. */
  static String memoryKey(CellContext cell) {
    return tokens(
        setting -> setting.part.steps.contains(cell.step()) ? setting.part.memory.of(cell) : null);
  }

  private static String tokens(Function<SweepSetting, String> token) {
    return Arrays.stream(values())
        .map(token)
        .filter(Objects::nonNull)
        .collect(Collectors.joining("\n"));
  }

  /** Gpt2 options are told one by one, all where one is not as checkpoints have it. */
  private static String matrices(CellContext cell, String token) {
    return cell.config().matrices().equals(Gpt2Options.DEFAULT) ? null : token;
  }

  /** Of what a share is, is told where it is not the method's own metric. */
  private static Map<String, Object> budget(Budget budget) {
    return budget.energyOf() == EnergyOf.OWN
        ? Map.of(budget.kind(), budget.value())
        : new TreeMap<>(
            Map.of(budget.kind(), budget.value(), "energy_of", budget.energyOf().label()));
  }

  private static String path(Path path) {
    return path == null ? null : path.toString();
  }
}
