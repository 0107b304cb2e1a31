package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
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
  /** What PEFT calls a tensor begins with this. */
  static final String PREFIX = "base_model.model.";

  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";
  private static final String LM_HEAD = "lm_head";

  private final LoraConfig config;
  private final Model base;
  private final Scope scope;
  private final Map<String, Linear> replacements = new HashMap<>();

  private LoraAdapter(LoraConfig config, Model base) {
    this.config = config;
    this.base = base;
    this.scope = base.device().openScope();
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
    LoraAdapter adapter = new LoraAdapter(config, base);
    SplittableRandom random = new SplittableRandom(seed);
    for (LinearSlot slot : base.slots()) {
      if (config.isTarget(slot.name())) {
        adapter.draw(slot, random);
      }
    }
    base.headLayers().forEach(adapter::saveIfWanted);
    return adapter;
  }

  private void draw(LinearSlot slot, SplittableRandom random) {
    int rank = config.rank();
    double scale = config.scale(slot.name(), rank);
    replacements.put(
        slot.name(), LoraLinear.draw(slot.linear(), rank, scale, config.dropout(), random, scope));
  }

  private void saveIfWanted(String module, Linear layer) {
    if (config.isSaved(module)) {
      replacements.put(module, layer.copyTo(scope));
    }
  }

  private void put(LinearSlot slot, Matrix down, Matrix up) {
    double scale = config.scale(slot.name(), down.cols());
    replacements.put(slot.name(), new LoraLinear(slot.linear(), down, up, scale, config.dropout()));
  }

  /**
   * Reads a directory that PEFT or this program wrote.
   *
   * @param base lives longer than the adapter
   * @throws InputException if something is missing, wrong, or does not fit the model
   */
  public static LoraAdapter read(Path directory, Model base) {
    Path configFile = directory.resolve(AdapterDirectory.CONFIG);
    LoraConfig config = LoraConfig.parse(JsonFile.read(configFile), configFile);
    LoraAdapter adapter = new LoraAdapter(config, base);
    try (SafetensorsFile file = SafetensorsFile.open(directory.resolve(AdapterDirectory.WEIGHTS))) {
      adapter.read(file);
      return adapter;
    } catch (RuntimeException | Error e) {
      adapter.close();
      throw e;
    }
  }

  private void read(SafetensorsFile file) {
    Set<String> left = new HashSet<>(file.names());
    for (LinearSlot slot : base.slots()) {
      String key = present(file, slot.name(), LoraLinear.A);
      if (key != null) {
        left.remove(key + LoraLinear.A);
        left.remove(key + LoraLinear.B);
        read(file, key, slot);
      }
    }
    for (Map.Entry<String, Linear> layer : base.headLayers().entrySet()) {
      String key = present(file, layer.getKey(), WEIGHT);
      if (key != null) {
        left.remove(key + WEIGHT);
        left.remove(key + BIAS);
        read(file, key, layer.getKey(), layer.getValue());
      }
    }
    if (!left.isEmpty()) {
      String first = left.stream().sorted().findFirst().orElseThrow();
      throw Faults.of(file.path(), "the model has no place for the tensor " + Faults.quote(first));
    }
    if (replacements.isEmpty()) {
      throw Faults.of(file.path(), "holds no adapter");
    }
  }

  /** The beginning of a module's names in a file, or null if it is not there. */
  private String present(SafetensorsFile file, String module, String end) {
    for (String name : List.of(fullName(base, module), module)) {
      if (file.has(PREFIX + name + end)) {
        return PREFIX + name;
      }
    }
    return null;
  }

  private void read(SafetensorsFile file, String key, LinearSlot slot) {
    Linear linear = slot.linear();
    Shape shape = file.shape(key + LoraLinear.A);
    if (shape.rank() != 2 || shape.dim(0) < 1) {
      throw Faults.of(file.path(), Faults.quote(key + LoraLinear.A) + " has shape " + shape);
    }
    int rank = Math.toIntExact(shape.dim(0));
    put(
        slot,
        transposed(file, key + LoraLinear.A, rank, linear.inputs()),
        transposed(file, key + LoraLinear.B, linear.outputs(), rank));
  }

  private void read(SafetensorsFile file, String key, String module, Linear present) {
    Matrix weight = transposed(file, key + WEIGHT, present.outputs(), present.inputs());
    Tensor bias = null;
    if (present.bias() != null) {
      bias = scope.allocate(DType.F32, present.outputs());
      file.read(key + BIAS, bias);
    }
    replacements.put(module, new DenseLinear(weight, bias));
  }

  private Matrix transposed(SafetensorsFile file, String name, int rows, int cols) {
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, cols, rows));
    try (Scope scratch = scope.device().openScope()) {
      Tensor stored = scratch.allocate(DType.F32, rows, cols);
      file.read(name, stored);
      scope.device().blas().transpose(Matrix.of(stored), matrix);
    }
    return matrix;
  }

  /** What the adapter is. */
  public LoraConfig config() {
    return config;
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
    return config.toJson().put("task_type", taskType).put("fan_in_fan_out", conv1d);
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

  /**
   * What transformers calls a module in a model with a head, whatever a checkpoint calls it: those
   * of the encoder begin with its architecture, those of GPT-2 with "transformer", but not a
   * language model's head, which may be a matrix like the others.
   */
  static String fullName(Model model, String module) {
    String architecture = model.info().architecture();
    String prefix =
        architecture.equals(Gpt2Config.MODEL_TYPE) ? "transformer." : architecture + ".";
    boolean ofEncoder =
        model.slots().stream().anyMatch(slot -> slot.name().equals(module))
            || module.startsWith("pooler.");
    return ofEncoder && !module.startsWith(prefix) && !module.equals(LM_HEAD)
        ? prefix + module
        : module;
  }

  @Override
  public void close() {
    scope.close();
  }
}
