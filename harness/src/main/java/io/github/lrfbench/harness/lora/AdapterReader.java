package io.github.lrfbench.harness.lora;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.TensorFile;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes of an adapter's files what takes the place of a model's maps. Factors beside a matrix of
 * the body stay factors; everything else becomes a dense matrix: factors of the head's layers, and
 * those that come with biases or lengths of rows.
 */
final class AdapterReader {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";
  private static final String FACTOR_BIAS = ".lora_B.bias";
  private static final String OWN_BIAS = ".base_layer.bias";
  private static final String MAGNITUDES = ".lora_magnitude_vector";

  private final PeftConfig config;
  private final Model base;
  private final TensorFile file;
  private final AdapterTensors tensors;
  private final Scope scope;
  private final Notes notes;
  private final Set<String> storedInputsFirst;
  private boolean isTargeted;

  /**
   * A reader.
   *
   * @param scope owns what is read
   * @param notes is told of factors that are missing
   */
  AdapterReader(PeftConfig config, Model base, TensorFile file, Scope scope, Notes notes) {
    this.config = config;
    this.base = base;
    this.file = file;
    this.tensors = new AdapterTensors(file);
    this.scope = scope;
    this.notes = notes;
    this.storedInputsFirst =
        base.weights().stream()
            .filter(parameter -> parameter.storage() == Parameter.Storage.MATRIX)
            .map(Parameter::name)
            .collect(Collectors.toSet());
  }

  /**
   * Reads the adapter.
   *
   * @return maps by the names of the model's own
   * @throws InputException if something is missing, wrong, or does not fit the model
   */
  Map<String, Linear> read() {
    Map<String, Linear> modules = new LinkedHashMap<>();
    base.slots().forEach(slot -> modules.put(slot.name(), slot.linear()));
    modules.putAll(base.headLayers());
    Map<String, Linear> replacements = new HashMap<>();
    modules.forEach(
        (name, linear) -> {
          Linear replacement = read(name, ModuleNames.full(base, name), linear);
          if (replacement != null) {
            requireDenseHead(name, linear);
            replacements.put(name, replacement);
          }
        });
    if (base.info().output() == Output.EMBEDDING) {
      // The mean of the tokens' states does without it.
      tensors.passOver("pooler.dense");
    }
    requireAllRead(modules);
    if (!isTargeted || replacements.isEmpty()) {
      throw Faults.of(file.path(), "holds no adapter for a matrix of the model");
    }
    return replacements;
  }

  private Linear read(String name, String module, Linear linear) {
    boolean whole = tensors.has(module + WEIGHT);
    if (config.targets().has(module)) {
      isTargeted = true;
      if (whole || config.saved().holds(module)) {
        throw Faults.of(
            file.path(), Faults.quote(module) + " is both in target_modules and modules_to_save");
      }
      return adapted(name, module, linear);
    }
    if (!whole && config.saved().guards(module)) {
      throw Faults.of(
          file.path(),
          "has no tensor "
              + Faults.quote(module + WEIGHT)
              + ", although modules_to_save or the task type names it");
    }
    return whole ? whole(name, module, linear) : null;
  }

  private DenseLinear whole(String name, String module, Linear linear) {
    int inputs = linear.inputs();
    int outputs = linear.outputs();
    Matrix weight =
        isStoredInputsFirst(name)
            ? tensors.matrix(module + WEIGHT, inputs, outputs, scope)
            : tensors.transposed(module + WEIGHT, outputs, inputs, scope);
    return new DenseLinear(
        weight, linear.bias() == null ? null : tensors.vector(module + BIAS, outputs, scope));
  }

  private boolean isStoredInputsFirst(String name) {
    return storedInputsFirst.contains(name + WEIGHT);
  }

  /** Null where the file has no factors for it, which then change nothing. */
  private Linear adapted(String name, String module, Linear linear) {
    Initialization initialization = config.initialization();
    if (!tensors.has(module + LoraLinear.A) && !tensors.has(module + LoraLinear.B)) {
      if (initialization == Initialization.RANDOM) {
        throw Faults.of(
            file.path(), "has no factors for " + Faults.quote(module) + ", a target module");
      }
      notes.add(
          file.path(),
          "has no factors for the target module "
              + Faults.quote(module)
              + ", which stays as it is");
      return null;
    }
    if (initialization == Initialization.OLORA && isStoredInputsFirst(name)) {
      throw Faults.of(
          file.path(), "init_lora_weights 'olora' is not supported for GPT-2's matrices");
    }
    int rank = initialization.rank(config.rank(module), linear);
    double scale = config.scale(module);
    Matrix down = tensors.transposed(module + LoraLinear.A, rank, linear.inputs(), scope);
    Matrix up = tensors.transposed(module + LoraLinear.B, linear.outputs(), rank, scope);
    Linear own = initialization.base(linear, rank, scale, scope);
    LoraLinear factors = new LoraLinear(own, down, up, scale, config.dropout());
    boolean plain = !config.magnitudes() && !config.factorBias() && !config.ownBiases();
    return plain && !base.headLayers().containsKey(name) ? factors : dense(module, factors);
  }

  private DenseLinear dense(String module, LoraLinear factors) {
    DenseLinear merged = factors.merge(scope);
    if (config.magnitudes()) {
      scaleRows(module, merged);
    }
    return new DenseLinear(merged.weight(), bias(module, factors));
  }

  private Tensor bias(String module, LoraLinear factors) {
    int outputs = factors.outputs();
    Tensor own = factors.bias();
    if (own != null && config.ownBiases() && tensors.has(module + OWN_BIAS)) {
      own = tensors.vector(module + OWN_BIAS, outputs, scope);
    }
    if (!config.factorBias()) {
      return own;
    }
    if (own == null) {
      throw Faults.of(
          file.path(),
          "lora_bias is not supported for " + Faults.quote(module) + ", without a bias");
    }
    float[] sum = own.toFloats();
    float[] added = tensors.vector(module + FACTOR_BIAS, outputs, scope).toFloats();
    for (int i = 0; i < outputs; i++) {
      sum[i] += (float) (factors.scale() * added[i]);
    }
    return scope.floats(sum, outputs);
  }

  /** Gives the rows of W, which are the columns in memory, the lengths that the file holds. */
  private void scaleRows(String module, DenseLinear merged) {
    String name = module + MAGNITUDES;
    float[] lengths =
        tensors
            .vector(tensors.has(name) ? name : name + WEIGHT, merged.outputs(), scope)
            .toFloats();
    float[] weight = merged.weight().data().toFloats();
    double[] factors = new double[lengths.length];
    for (int i = 0; i < weight.length; i++) {
      factors[i % factors.length] += (double) weight[i] * weight[i];
    }
    for (int i = 0; i < factors.length; i++) {
      factors[i] = lengths[i] / Math.sqrt(factors[i]);
      if (!Double.isFinite(factors[i])) {
        throw Faults.of(
            file.path(), "a row of " + Faults.quote(module) + " is zero; DoRA has no sense");
      }
    }
    scope.device().blas().scaleColumns(merged.weight(), factors);
  }

  private void requireDenseHead(String name, Linear linear) {
    if (base.headLayers().containsKey(name) && linear.dense() == null) {
      throw Faults.of(
          file.path(), "changes " + Faults.quote(name) + ", which the model has in two factors");
    }
  }

  private void requireAllRead(Map<String, Linear> modules) {
    for (String name : tensors.left()) {
      int at = name.indexOf(".lora_");
      String module = at < 0 ? name : name.substring(0, at);
      boolean known =
          modules.keySet().stream().anyMatch(key -> ModuleNames.full(base, key).equals(module));
      throw Faults.of(
          file.path(),
          known
              ? "holds "
                  + Faults.quote(name)
                  + ", of a module that adapter_config.json does not target"
              : "the model has no place for the tensor "
                  + Faults.quote(AdapterTensors.PREFIX + name)
                  + (name.contains(".lora_embedding_") ? "; embeddings are not adapted here" : ""));
    }
  }
}
