package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * Sequences that a language model reads token by token, each pass reading what is new only. On
 * devices that can do so a step is captured once and replayed.
 */
public final class Decoding implements AutoCloseable {
  private final CausalModel model;
  private final KeyValueCache cache;
  private final Scope scope;
  private final Tensor logits;
  private CapturedGraph step;
  private int captured;

  /**
   * A decoding of no sequences yet.
   *
   * @param model lives longer
   * @param sequences the most sequences at a time
   * @param capacity the most tokens of each
   */
  public Decoding(CausalModel model, int sequences, int capacity) {
    this.model = model;
    this.scope = model.device().openScope();
    this.cache = model.openCache(sequences, capacity);
    this.logits = scope.allocate(model.dtype(), sequences, model.info().vocabularySize());
  }

  /**
   * Begins sequences anew.
   *
   * @param prompts none empty
   * @return [B, V], logits of what follows each; valid until the next pass
   */
  public Tensor start(List<TokenSequence> prompts) {
    cache.fill(prompts.stream().mapToInt(TokenSequence::length).toArray());
    Device device = model.device();
    try (Scope inputs = device.openScope();
        Ops ops = new EagerOps(device)) {
      keep(model.prefill(ops, TokenBatch.of(inputs, prompts), cache));
      device.synchronize();
    }
    return logits();
  }

  /**
   * Reads one more token of every sequence.
   *
   * @return [B, V], logits of what follows each; valid until the next pass
   */
  public Tensor next(int... tokens) {
    cache.extend(tokens);
    if (step != null && captured == tokens.length) {
      step.replay();
    } else {
      closeStep();
      captured = tokens.length;
      step = model.device().capture(this::decode);
    }
    return logits();
  }

  private void decode() {
    try (Ops ops = new EagerOps(model.device())) {
      keep(model.decode(ops, cache));
    }
  }

  private void keep(Tensor result) {
    model.device().blas().copy(Matrix.of(result), Matrix.of(logits()));
  }

  private Tensor logits() {
    return logits.view(0, cache.sequences(), model.info().vocabularySize());
  }

  /**
   * From now on, sequence i is what {@code sources[i]} was: a source may be named several times, or
   * not at all.
   */
  public void select(int... sources) {
    cache.select(sources);
  }

  /** Sequences now, B. */
  public int sequences() {
    return cache.sequences();
  }

  /** Tokens of a sequence. */
  public int length(int sequence) {
    return cache.length(sequence);
  }

  private void closeStep() {
    if (step != null) {
      step.close();
      step = null;
    }
  }

  @Override
  public void close() {
    closeStep();
    cache.close();
    scope.close();
  }
}
