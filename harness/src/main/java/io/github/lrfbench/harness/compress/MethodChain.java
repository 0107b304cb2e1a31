package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.DenseBaseline;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.Plugin;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A method as it is asked for: one stage or several, {@code svd+int8}. Each stage works on the
 * model that the ones before it made, {@code a++b} on what a leaves over: the result is the sum of
 * both. The budget goes to the first stage that can meet it, or to the one that is marked, {@code
 * int8++svd@}.
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
  public record Stage(MethodSpec method, boolean marked, boolean residual) {}

  /** Copies the stages and checks that they go together. */
  public MethodChain {
    stages = List.copyOf(stages);
    if (stages.stream().filter(Stage::marked).count() > 1) {
      throw new InputException("--method " + join(stages) + " marks more than one stage by '@'");
    }
    MethodSpec first = stages.get(0).method();
    if (first.compressor().takes() == Takes.ALL) {
      throw new InputException(
          "--method "
              + join(stages)
              + ": "
              + first.name()
              + " works on what others made; put it after one, svd+"
              + first.name());
    }
    if (stages.size() > 1) {
      for (Stage stage : stages) {
        if (stage.method().name().equals(DenseBaseline.NAME)) {
          throw new InputException("--method " + join(stages) + ": dense is no stage of a chain");
        }
        if (stage.method().compressor().solvesHead()) {
          throw new InputException(
              "--method "
                  + join(stages)
                  + ": "
                  + stage.method().name()
                  + " solves the head and is no stage of a chain");
        }
      }
    }
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

  private static String join(List<Stage> stages) {
    StringBuilder text = new StringBuilder();
    for (Stage stage : stages) {
      if (text.length() > 0) {
        text.append(stage.residual() ? "++" : "+");
      }
      // Alone a stage has the budget anyway.
      text.append(stage.method().text()).append(stage.marked() && stages.size() > 1 ? "@" : "");
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

  /** Whether a stage computes from moments of activations. */
  public boolean needsActivations() {
    return needs().contains(Need.ACTIVATIONS);
  }

  /** Whether a stage computes from training data of the task. */
  public boolean needsCalibration() {
    return needs().stream().anyMatch(Need::isCalibration);
  }

  /**
   * Checks that a budget can be shared out like this.
   *
   * @throws InputException if it cannot
   */
  public void check(Allocation allocation) {
    if (stages.size() == 1) {
      stages.get(0).method().check(allocation);
    }
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
