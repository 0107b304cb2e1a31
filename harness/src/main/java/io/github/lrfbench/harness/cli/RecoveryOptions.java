package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say how the models of a sweep are trained after compression. */
@OptionTopic.Of(OptionTopic.TRAINING)
final class RecoveryOptions {
  private static final String RATE = "2e-5";
  private static final String SELECT = "last";
  private static final String NO_TEACHER = "0";

  @Option(
      names = "--finetune-epochs",
      paramLabel = "N",
      split = ",",
      description =
          "Train every compressed model on the task's training set for N epochs; 0 for none. Default: 0. Repeatable.")
  private List<Integer> finetuneEpochs = new ArrayList<>();

  @Option(
      names = "--finetune-lr",
      paramLabel = "RATE",
      split = ",",
      defaultValue = RATE,
      description = "Its largest learning rate. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<Double> finetuneRates = new ArrayList<>();

  @Option(
      names = "--finetune-select",
      paramLabel = "WHICH",
      split = ",",
      defaultValue = SELECT,
      description =
          "In that training, which epoch is kept: last, or held-out, as finetune's --select. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<String> finetuneSelects = new ArrayList<>();

  @Option(
      names = "--distill",
      paramLabel = "W",
      split = ",",
      defaultValue = NO_TEACHER,
      description =
          "In that training, weight of the dense model's outputs against the labels, from 0 to 1. Default: 0. Repeatable.")
  private List<Double> distills = new ArrayList<>();

  @Option(
      names = "--distill-hidden",
      paramLabel = "W",
      split = ",",
      defaultValue = NO_TEACHER,
      description =
          "In that training, weight of the squared difference from the dense model's hidden states. Default: 0. Repeatable.")
  private List<Double> distillsHidden = new ArrayList<>();

  @Option(
      names = "--distill-attention",
      paramLabel = "W",
      split = ",",
      defaultValue = NO_TEACHER,
      description =
          "In that training, weight of the divergence from the dense model's attention maps. Default: 0. Repeatable.")
  private List<Double> distillsAttention = new ArrayList<>();

  @Option(
      names = "--distill-scores",
      paramLabel = "W",
      split = ",",
      defaultValue = NO_TEACHER,
      description =
          "In that training, weight of the squared difference from the dense model's attention scores before the softmax. Default: 0. Repeatable.")
  private List<Double> distillsScores = new ArrayList<>();

  /**
   * Every number of epochs at every learning rate, and so on.
   *
   * @throws InputException if there is no training that a teacher would be for
   */
  List<Recovery> recoveries() {
    if (!trains()) {
      requireDefault("--distill", distills, Double.valueOf(NO_TEACHER));
      requireDefault("--distill-hidden", distillsHidden, Double.valueOf(NO_TEACHER));
      requireDefault("--distill-attention", distillsAttention, Double.valueOf(NO_TEACHER));
      requireDefault("--distill-scores", distillsScores, Double.valueOf(NO_TEACHER));
    }
    List<Recovery> recoveries = new ArrayList<>();
    List<Selection> selections =
        finetuneSelects.stream().map(name -> Selection.parse("--finetune-select", name)).toList();
    for (int epochs : finetuneEpochs.isEmpty() ? List.of(0) : finetuneEpochs) {
      recoveries.addAll(epochs == 0 ? List.of(Recovery.NONE) : recoveries(epochs, selections));
    }
    return recoveries;
  }

  /**
   * Checks that how to train is said where something is trained: by one grid of a sweep at least,
   * as others may share what is said outside of them.
   *
   * @throws InputException if nothing is trained
   */
  static void requireTraining(List<RecoveryOptions> grids) {
    if (grids.stream().noneMatch(RecoveryOptions::trains)) {
      for (RecoveryOptions grid : grids) {
        requireDefault("--finetune-lr", grid.finetuneRates, Double.valueOf(RATE));
        requireDefault("--finetune-select", grid.finetuneSelects, SELECT);
      }
    }
  }

  private boolean trains() {
    return finetuneEpochs.stream().anyMatch(epochs -> epochs != 0);
  }

  private static <T> void requireDefault(String option, List<T> values, T usual) {
    if (!values.stream().allMatch(usual::equals)) {
      throw new InputException(
          option
              + " is of the training after compression: give --finetune-epochs; methods that train"
              + " have options of their own");
    }
  }

  private List<Recovery> recoveries(int epochs, List<Selection> selections) {
    List<Recovery> recoveries = new ArrayList<>();
    for (double rate : finetuneRates) {
      for (DistillationWeights weights : weights()) {
        for (Selection selection : selections) {
          recoveries.add(new Recovery(epochs, rate, weights, selection));
        }
      }
    }
    return recoveries;
  }

  private List<DistillationWeights> weights() {
    List<DistillationWeights> weights = new ArrayList<>();
    for (double outputs : distills) {
      for (double hidden : distillsHidden) {
        for (double attention : distillsAttention) {
          for (double scores : distillsScores) {
            weights.add(new DistillationWeights(outputs, hidden, attention, scores));
          }
        }
      }
    }
    return weights;
  }
}
