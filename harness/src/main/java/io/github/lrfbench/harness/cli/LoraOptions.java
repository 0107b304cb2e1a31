package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.harness.lora.LoraConfig;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say which adapter is trained in the place of the model. */
final class LoraOptions {
  @Option(
      names = "--lora-r",
      paramLabel = "R",
      description =
          "Train an adapter of rank R and the classifier, if there is one, only (LoRA), and write it as PEFT does.")
  private Integer rank;

  @Option(
      names = "--lora-alpha",
      paramLabel = "A",
      description = "The adapter's product is scaled by A / R. Default: 2 R.")
  private Double alpha;

  @Option(
      names = "--lora-dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Dropout of the adapter's input. Default: ${DEFAULT-VALUE}.")
  private double dropout;

  @Option(
      names = "--lora-targets",
      paramLabel = "NAME",
      split = ",",
      description =
          "Ends of the names of the matrices that get one, by commas. Default: query and value.")
  private List<String> targets = new ArrayList<>();

  /** Whether an adapter is wanted. */
  boolean areGiven() {
    if (rank == null && (alpha != null || dropout != 0 || !targets.isEmpty())) {
      throw new InputException("--lora-alpha, --lora-dropout and --lora-targets need --lora-r");
    }
    return rank != null;
  }

  /**
   * What PEFT finds a model by: on the hub, else where it lies.
   *
   * @param model as the user called it
   * @param directory that it was taken from
   */
  static String base(String model, Path directory) {
    if (model.startsWith(HubRepo.PREFIX) && !model.contains("@")) {
      return HubRepo.model(model).id();
    }
    boolean given = Path.of(model).equals(directory);
    return given ? model : directory.toAbsolutePath().normalize().toString();
  }

  /**
   * The adapter that is wanted.
   *
   * @param drawn modules of the head that are not the checkpoint's and thus belong to the adapter
   */
  LoraConfig config(Model model, List<String> drawn, String name) {
    List<String> saved = new ArrayList<>();
    // A language model has no layers of a head.
    if (!model.headLayers().isEmpty()) {
      String head = model.headLayers().containsKey("score") ? "score" : "classifier";
      saved.add(head);
      drawn.stream().filter(module -> !module.startsWith(head)).forEach(saved::add);
    }
    return new LoraConfig(
        rank,
        alpha == null ? 2.0 * rank : alpha,
        dropout,
        false,
        targets.isEmpty() ? LoraConfig.usualTargets(model) : targets,
        saved,
        name);
  }
}
