package io.github.lrfbench.harness.djl;

import io.github.lrfbench.harness.evaluate.Evaluator;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.evaluate.LanguageModels;
import io.github.lrfbench.harness.generate.GenerationConfig;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.generate.GenerationWishes;
import io.github.lrfbench.harness.generate.Generator;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.nio.file.Path;
import java.util.List;

/**
 * A loaded checkpoint with a device of its own. Passes of several threads take turns: one of them
 * has all processors, or the GPU.
 */
final class ServedModel implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ServedModel.class.getName());

  /** As many prompts at a time as {@code generate} takes by default. */
  private static final int PROMPTS = 8;

  private final Device device;
  private final LoadedModel loaded;
  private volatile boolean closed;

  private ServedModel(Device device, LoadedModel loaded) {
    this.device = device;
    this.loaded = loaded;
  }

  /**
   * Loads a directory.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no such device or no such model
   */
  static ServedModel open(Path directory, String device, DeviceOptions options) {
    Device opened = Devices.open(device, options, line -> {});
    try {
      LoadedModel loaded = LoadedModel.open(directory, opened);
      tell(loaded.notes());
      return new ServedModel(opened, loaded);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static void tell(List<String> notes) {
    notes.forEach(note -> LOG.log(System.Logger.Level.WARNING, note));
  }

  String device() {
    return device.id();
  }

  ModelInfo info() {
    return loaded.model().info();
  }

  /** The most tokens that a sequence may have, at most the given. */
  int longest(int maxLength) {
    return GlueEvaluation.longest(loaded.model(), loaded.tokenizer(), maxLength);
  }

  /**
   * Token ids of a text or a pair.
   *
   * @param second null for a text alone
   */
  TokenSequence encode(String first, String second, int maxLength) {
    requireOpen();
    return loaded.tokenizer().encode(first, second, maxLength);
  }

  String decode(int[] ids) {
    requireOpen();
    return loaded.tokenizer().decode(ids);
  }

  /** Logits of classes, the score, or the embedding of each sequence. */
  synchronized List<float[]> outputs(List<TokenSequence> sequences) {
    requireOpen();
    float[][] outputs = Evaluator.DEFAULT.outputs(loaded.model(), sequences, done -> {});
    if (info().output() == Output.SCORE) {
      for (float[] output : outputs) {
        output[0] = info().score().of(output[0]);
      }
    }
    return List.of(outputs);
  }

  /** The new tokens of each prompt. */
  synchronized List<int[]> continuations(List<int[]> prompts, GenerationSettings settings) {
    requireOpen();
    Generator generator = new Generator(PROMPTS, settings);
    return generator.run((CausalModel) loaded.model(), prompts, done -> {}).continuations();
  }

  /**
   * What is wanted of a language model, as {@code generate} takes it.
   *
   * @throws io.github.lrfbench.kernels.InputException if the model's files or the wishes are wrong
   */
  GenerationSettings settings(GenerationWishes wishes) {
    CausalModel causal = LanguageModels.require(loaded.model(), loaded.tokenizer(), "a generator");
    Notes notes = new Notes();
    GenerationConfig model =
        GenerationConfig.read(loaded.transformer(), causal.info().vocabularySize(), notes);
    tell(notes.lines());
    return wishes.settings(model);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      loaded.close();
      device.close();
    }
  }
}
