package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.DenseBaseline;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.Plugin;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A method as it is asked for: one stage or several, {@code svdllm+refit}. Each stage works on the
 * model that the ones before it made, {@code a++b} on what a leaves over: the result is the sum of
 * both. The budget goes to the first stage that can meet it, or to the one that is marked, {@code
 * a++svd@}; stages after it that take other matrices have it for these.
 *
 * @param stages at least one
 */
public record MethodChain(List<Stage> stages) {
  /**
   * A stage.
   *
   * @param method what it does
   * @param marked whether the user gave it the budget
   * @param residual whether it stores what the stage before it leaves over
   */
  public record Stage(MethodSpec method, boolean marked, boolean residual) {
    /** Whether it works on what others made and stores nothing of its own. */
    boolean improves() {
      return method.compressor().takes() == Takes.ALL;
    }
  }

  /** Copies the stages and checks that they go together. */
  public MethodChain {
    stages = List.copyOf(stages);
    if (stages.stream().filter(Stage::marked).count() > 1) {
      throw fault(stages, "more than one stage is marked by '@'");
    }
    MethodSpec first = stages.get(0).method();
    if (stages.get(0).improves()) {
      String chain = first.compressor().follows() + "+" + first.name();
      throw fault(
          stages, first.name() + " works on what others made; put it after one, such as " + chain);
    }
    requireWhatIsPreparedFor(stages);
    for (Stage stage : stages) {
      String name = stage.method().name();
      if (stage.improves() && stage.marked()) {
        throw fault(stages, name + " takes no budget, and cannot be marked by '@'");
      }
      if (stage.improves() && stage.residual()) {
        throw fault(stages, name + " stores nothing that could be added; put it after one '+'");
      }
      if (stage.residual() && stage.method().compressor().takes() == Takes.HEAD) {
        throw fault(stages, name + " changes the head, of which nothing is left over");
      }
      requireSize(stages, stage);
      if (stage.residual() && stage.method().compressor().triesInModel(stage.method().options())) {
        throw fault(
            stages,
            stage.method().text()
                + " tries in the model what it makes, which cannot be a part of a sum; put another"
                + " after '++'");
      }
      if (stages.size() > 1 && name.equals(DenseBaseline.NAME)) {
        throw fault(stages, "dense is no stage of a chain");
      }
      if (stages.size() > 1 && stage.method().compressor().solvesHead()) {
        throw fault(stages, name + " solves the head and is no stage of a chain");
      }
    }
  }

  private static void requireSize(List<Stage> stages, Stage stage) {
    Compressor compressor = stage.method().compressor();
    if (stage.marked() && compressor.hasOwnSize(stage.method().options())) {
      throw fault(
          stages,
          stage.method().text() + " says itself what it keeps, and cannot be marked by '@'");
    }
    if (stage.residual() && compressor.takes() == Takes.TABLES) {
      throw fault(
          stages, stage.method().name() + " is for the table of words; put it after one '+'");
    }
  }

  private static void requireWhatIsPreparedFor(List<Stage> stages) {
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      if (!stage.method().compressor().prepares()) {
        continue;
      }
      String name = stage.method().name();
      if (stage.marked()) {
        throw fault(stages, name + " takes no budget, and cannot be marked by '@'");
      }
      if (i == stages.size() - 1 || stages.get(i + 1).improves()) {
        throw fault(
            stages,
            name
                + " leaves matrices dense; put a stage after it that does not, as in "
                + name
                + "+svd");
      }
      if (stages.get(i + 1).residual()) {
        throw fault(stages, name + " leaves nothing over; put the stage after it after one '+'");
      }
    }
  }

  private static InputException fault(List<Stage> stages, String what) {
    return new InputException("--method " + join(stages) + ": " + what);
  }

  /**
   * Reads what a user wrote.
   *
   * @throws InputException if a stage is missing, has no method or option of a name, or a value is
   *     not allowed
   */
  public static MethodChain parse(String text) {
    List<Stage> stages = new ArrayList<>();
    boolean residual = false;
    // A plus within a number, 1e+3, is followed by a digit.
    for (String part : text.split("\\+(?=\\+|[A-Za-z@]|$)", -1)) {
      if (part.isEmpty() && !stages.isEmpty() && !residual) {
        residual = true;
        continue;
      }
      boolean marked = part.endsWith("@");
      String method = marked ? part.substring(0, part.length() - 1) : part;
      if (method.isEmpty()) {
        throw new InputException("--method '" + text + "' lacks a stage beside a '+'");
      }
      stages.add(new Stage(MethodSpec.parse(method), marked, residual));
      residual = false;
    }
    if (residual) {
      throw new InputException("--method '" + text + "' lacks a stage beside a '+'");
    }
    return new MethodChain(stages);
  }

  /** The shortest text that {@link #parse} reads as this. */
  public String text() {
    return join(stages);
  }

  /** The text by which results are found again, {@link MethodSpec#id}. */
  public String id() {
    return join(stages, MethodSpec::id);
  }

  private static String join(List<Stage> stages) {
    return join(stages, MethodSpec::text);
  }

  private static String join(List<Stage> stages, Function<MethodSpec, String> name) {
    StringBuilder text = new StringBuilder();
    for (Stage stage : stages) {
      if (text.length() > 0) {
        text.append(stage.residual() ? "++" : "+");
      }
      // Alone a stage has the budget anyway.
      text.append(name.apply(stage.method()))
          .append(stage.marked() && stages.size() > 1 ? "@" : "");
    }
    return text.toString();
  }

  /** The methods' names. */
  public String name() {
    return stages.stream().map(stage -> stage.method().name()).collect(Collectors.joining("+"));
  }

  /** Whether it leaves the model as it is. */
  public boolean isDense() {
    return stages.get(0).method().name().equals(DenseBaseline.NAME);
  }

  /** Whether what it makes is a head, and not matrices. */
  public boolean solvesHead() {
    return stages.get(0).method().compressor().solvesHead();
  }

  /** Whether a stage puts a layer of another kind in the place of the embeddings. */
  public boolean replacesInput() {
    return stages.stream().anyMatch(stage -> stage.method().compressor().replacesInput());
  }

  /** What stages that are none of the program's own come from. */
  public List<Plugin> plugins() {
    return stages.stream()
        .flatMap(stage -> Plugin.of(stage.method().compressor()).stream())
        .distinct()
        .toList();
  }

  /** What the stages need. */
  public Set<Need> needs() {
    Set<Need> needs = EnumSet.noneOf(Need.class);
    ChainRun.steps(this).forEach(step -> needs.addAll(step.method().needs()));
    return needs;
  }

  /** Whether a stage computes from training data of the task. */
  public boolean needsCalibration() {
    return needs().stream().anyMatch(Need::isCalibration);
  }

  /** The most held-out training examples that a stage chooses by; 0 for none. */
  public int heldOut() {
    return ChainRun.steps(this).stream()
        .mapToInt(step -> step.method().compressor().heldOut(step.method().options()))
        .max()
        .orElse(0);
  }

  /**
   * Checks that a budget finds a stage and can be shared out like this.
   *
   * @throws InputException if it cannot
   */
  public void check(Budget budget, Allocation allocation) {
    int spender = budgetStage(budget);
    Stage stage = stages.get(spender);
    if (stage.method().compressor().hasOwnSize(stage.method().options())) {
      throw fault(
          stages,
          stage.method().text()
              + " says itself what it keeps, and no stage takes the budget: leave that option out,"
              + " or put a method of matrices after it");
    }
    stage.method().check(allocation);
    ChainRun.steps(this).stream()
        .filter(step -> step.number() == spender)
        .forEach(step -> step.method().check(budget));
    if (stage.residual() && allocation.triesInModel()) {
      throw fault(
          stages,
          "--allocate "
              + allocation.name()
              + " tries matrices in the model, but no parts of a sum");
    }
  }

  /** The number of the stage that takes a budget, from 0. */
  int budgetStage(Budget budget) {
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i).marked()) {
        return i;
      }
    }
    for (int i = 0; i < stages.size(); i++) {
      MethodSpec method = stages.get(i).method();
      if (method.compressor().canMeet(budget, method.options())) {
        return i;
      }
    }
    // It takes the point that is closest, or says why it cannot.
    return 0;
  }

  /**
   * What takes a budget, for a reader.
   *
   * @return empty where there is one stage only
   */
  public Optional<String> describeBudgetStage(Budget budget) {
    return stages.size() == 1 ? Optional.empty() : Optional.of(stageName(budgetStage(budget)));
  }

  /** What tells a stage from the others: its method, numbered where one of these came before. */
  String stageName(int number) {
    String name = stages.get(number).method().name();
    long before =
        stages.subList(0, number).stream()
            .filter(stage -> stage.method().name().equals(name))
            .count();
    return before == 0 ? name : name + (before + 1);
  }

  /**
   * Finds replacements for the requested matrices.
   *
   * @param request on the dense model; its options are not looked at
   * @throws InputException if the request cannot be met
   */
  public Compression compress(CompressionRequest request) {
    return new ChainRun(this, request).run();
  }
}
