package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.TensorFile;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An adapter for a model (LoRA, Hu et al. 2021): factors beside some of its matrices, and layers of
 * the head that take the place of the model's own. Any number of adapters may be attached to one
 * model, which none of them changes and all of them share.
 */
public final class LoraAdapter implements AutoCloseable {
  private static final String WEIGHT = ".weight";

  private final ObjectNode json;
  private final Model base;
  private final Scope scope;
  private final Map<String, Linear> replacements;

  private LoraAdapter(ObjectNode json, Model base, Map<String, Linear> replacements, Scope scope) {
    this.json = json;
    this.base = base;
    this.scope = scope;
    this.replacements = replacements;
  }

  /**
   * An adapter that changes nothing yet, as PEFT draws it: A uniform within ± 1/√inputs, B zero,
   * the saved modules those of the model.
   *
   * @param base lives longer than the adapter
   * @throws InputException if a target or no module of the model bears a name
   */
  public static LoraAdapter draw(LoraConfig config, Model base, long seed) {
    for (String target : config.targets()) {
      if (base.slots().stream().noneMatch(slot -> slot.name().endsWith("." + target))) {
        throw new InputException(
            "no matrix of the model is called " + Faults.quote(target) + " (--lora-targets)");
      }
    }
    Scope scope = base.device().openScope();
    Map<String, Linear> replacements = new HashMap<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (LinearSlot slot : base.slots()) {
      if (config.isTarget(slot.name())) {
        replacements.put(
            slot.name(),
            LoraLinear.draw(
                slot.linear(), config.rank(), config.scale(), config.dropout(), random, scope));
      }
    }
    base.headLayers()
        .forEach(
            (module, layer) -> {
              if (config.isSaved(module)) {
                replacements.put(module, layer.copyTo(scope));
              }
            });
    return new LoraAdapter(config.toJson(), base, replacements, scope);
  }

  /**
   * Reads a directory that PEFT or this program wrote.
   *
   * @param base lives longer than the adapter
   * @param drawn modules of the model's head that mean nothing, which the adapter must bring
   * @param notes is told what the user should know of the files
   * @throws InputException if something is missing, wrong, or does not fit the model
   */
  public static LoraAdapter read(Path directory, Model base, List<String> drawn, Notes notes) {
    Path configFile = directory.resolve(AdapterDirectory.CONFIG);
    ObjectNode json = JsonFile.read(configFile);
    PeftConfig config = PeftConfig.parse(json, configFile, base.info().architecture(), notes);
    Scope scope = base.device().openScope();
    try (TensorFile file = AdapterDirectory.openWeights(directory)) {
      Map<String, Linear> replacements = new AdapterReader(config, base, file, scope, notes).read();
      for (String module : drawn) {
        if (replacements.get(module) == null
            || config.targets().has(ModuleNames.full(base, module))) {
          throw Faults.of(
              directory,
              "brings no "
                  + Faults.quote(module)
                  + ", and the model has none that fits the task; fine-tune it on the task first");
        }
      }
      return new LoraAdapter(json, base, replacements, scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /** What PEFT reads of the adapter. */
  public ObjectNode toJson() {
    String taskType =
        switch (base.info().output()) {
          case CLASSES, SCORE -> "SEQ_CLS";
          case EMBEDDING -> "FEATURE_EXTRACTION";
          case NEXT_TOKEN -> "CAUSAL_LM";
        };
    boolean conv1d = base.weights().stream().anyMatch(this::isAdaptedConv1d);
    return json.deepCopy().put("task_type", taskType).put("fan_in_fan_out", conv1d);
  }

  /** Whether a matrix that has an adapter is stored with its inputs first, as GPT-2's are. */
  private boolean isAdaptedConv1d(Parameter parameter) {
    String name = parameter.name();
    return name.endsWith(WEIGHT)
        && parameter.storage() == Parameter.Storage.MATRIX
        && replacements.get(name.substring(0, name.length() - WEIGHT.length()))
            instanceof LoraLinear;
  }

  /**
   * The model with a copy of this adapter beside its matrices, which it shares; closed before the
   * model.
   */
  public Model attach() {
    return base.with(replacements);
  }

  /**
   * The model with this adapter in its matrices, as fast as the model itself; closed before it. The
   * model stays as it is.
   *
   * @throws InputException if a matrix is not finite
   */
  public Model merge() {
    try (Scope scratch = scope.device().openScope()) {
      Map<String, Linear> merged = new HashMap<>(replacements);
      merged.replaceAll(
          (name, linear) -> linear instanceof LoraLinear adapted ? adapted.merge(scratch) : linear);
      return base.with(merged);
    }
  }

  /**
   * The weights of an adapter in a model that {@link #attach} gave, which are those to train.
   *
   * @return under the names that they have in the model
   */
  public List<Parameter> weights(Model attached) {
    return attached.weights().stream()
        .filter(
            parameter -> {
              String name = parameter.name();
              return name.endsWith(LoraLinear.A)
                  || name.endsWith(LoraLinear.B)
                  || isOf(name, attached.headLayers().keySet());
            })
        .toList();
  }

  private boolean isOf(String tensor, Set<String> headLayers) {
    String module = tensor.substring(0, tensor.lastIndexOf('.'));
    return headLayers.contains(module) && replacements.containsKey(module);
  }

  @Override
  public void close() {
    scope.close();
  }
}
