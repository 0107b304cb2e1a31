package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A tiny model and examples of a task that methods learn from. */
public final class TaskCase implements AutoCloseable {
  private static final int EXAMPLES = 60;
  private static final int CALIBRATION = 40;
  private static final int VOCABULARY = 15;

  private final Device device;
  private final LoadedModel loaded;
  private final LabelledExamples examples;
  private final Calibrator calibrator;
  private final FactorizationCache cache;
  private final Scope scope;

  /**
   * A case.
   *
   * @param deviceId {@code cpu} or {@code cuda}
   * @param folder for files
   */
  public TaskCase(String deviceId, Path folder) throws IOException {
    this(deviceId, folder, TinyCheckpoint.bert(folder.resolve("model"), 2));
  }

  /**
   * A case of another model.
   *
   * @param checkpoint a model with two outputs and at least 15 tokens
   */
  public TaskCase(String deviceId, Path folder, Path checkpoint) {
    this(deviceId, folder, checkpoint, Gpt2Options.DEFAULT);
  }

  /**
   * A case of another model.
   *
   * @param options how the matrices of a GPT-2 are offered
   */
  public TaskCase(String deviceId, Path folder, Path checkpoint, Gpt2Options options) {
    device = Devices.open(deviceId, new DeviceOptions(1), line -> {});
    loaded = LoadedModel.open(checkpoint, options, device);
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> sequences = new ArrayList<>();
    double[] targets = new double[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++) {
      int length = 3 + random.nextInt(5);
      int[] ids = random.ints(length, 0, VOCABULARY).toArray();
      sequences.add(new TokenSequence(ids, new int[length]));
      targets[i] = ids[1] % 2;
    }
    examples = new LabelledExamples(sequences, targets, false);
    calibrator =
        Calibrator.on(
            loaded.model(),
            "rev",
            "task",
            "hash",
            examples,
            CALIBRATION,
            16,
            0,
            folder.resolve("c"));
    cache = new FactorizationCache(device);
    scope = device.openScope();
  }

  /** The dense model. */
  public Model model() {
    return loaded.model();
  }

  /** Its matrices. */
  public List<LinearSlot> slots() {
    return model().slots();
  }

  /** Statistics of the dense model. */
  public Calibrator calibrator() {
    return calibrator;
  }

  /** All examples. */
  public LabelledExamples examples() {
    return examples;
  }

  /** Owns what compressions make. */
  public Scope scope() {
    return scope;
  }

  /** What a method makes of the model. */
  public Compression compress(String method, Budget budget, Allocation allocation) {
    return MethodChain.parse(method).compress(request(method, budget, allocation));
  }

  /** What a method is asked for. */
  public CompressionRequest request(String method, Budget budget, Allocation allocation) {
    return request(method, budget, allocation, 0);
  }

  /** What a method is asked for in a run of another seed. */
  public CompressionRequest request(
      String method, Budget budget, Allocation allocation, long seed) {
    return new CompressionRequest(
        model(),
        slots(),
        budget,
        allocation,
        MethodChain.parse(method).stages().get(0).method().options(),
        calibrator,
        cache,
        scope,
        seed);
  }

  /** What a model says of the first examples; a language model of all their tokens. */
  public float[] logits(Model of) {
    try (Scope own = of.device().openScope();
        Ops ops = new EagerOps(of.device())) {
      TokenBatch batch = TokenBatch.of(own, examples.sequences().subList(0, 5), of.info());
      return of instanceof CausalModel causal
          ? causal.logits(ops, causal.states(ops, batch)).toFloats()
          : of.forward(ops, batch).toFloats();
    }
  }

  /** The loss on every held-out example with some matrices replaced. */
  public double[] heldOutLosses(Map<String, Linear> replacements) {
    try (Model model = model().with(replacements)) {
      return ExampleLosses.of(model, calibrator.heldOut(60));
    }
  }

  /** The mean loss over all examples with some matrices replaced. */
  public double loss(Compression compression) {
    try (Model model = model().with(compression.replacements())) {
      return ExampleLosses.mean(model, examples);
    }
  }

  @Override
  public void close() {
    scope.close();
    cache.close();
    calibrator.close();
    loaded.close();
    device.close();
  }
}
