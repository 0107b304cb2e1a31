package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Replacements;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A GPT-2 that predicts the next token. */
final class Gpt2LanguageModel extends Gpt2 implements CausalModel {
  private final Linear ownHead;
  private final boolean offersHead;
  private final boolean latentCache;

  /**
   * A language model.
   *
   * @param ownHead from H to V, without a bias; null where the head is the word embedding
   * @param offersHead whether the head is a slot
   * @param latentCache whether the cache keeps of factored keys and values what lies between the
   *     factors
   */
  Gpt2LanguageModel(
      Body body,
      ModelInfo info,
      Scope scope,
      Linear ownHead,
      boolean offersHead,
      boolean latentCache) {
    super(
        body,
        info,
        scope,
        offersHead
            ? List.of(
                new LinearSlot(Modules.LM_HEAD, body.blocks().size(), Modules.LM_HEAD, ownHead))
            : List.of());
    this.ownHead = ownHead;
    this.offersHead = offersHead;
    this.latentCache = latentCache;
  }

  @Override
  Tensor head(Ops ops, Matrix states) {
    return logits(ops, states);
  }

  @Override
  public Tensor logits(Ops ops, Matrix states) {
    Tensor logits = ops.allocate(states.dtype(), states.rows(), info().vocabularySize());
    if (ownHead == null) {
      Matrix word = Matrix.of(body().embeddings().word());
      ops.linear(states, true, word, null, Activation.NONE, Matrix.of(logits));
    } else {
      ops.apply(ownHead, states, Activation.NONE, Matrix.of(logits));
    }
    return logits;
  }

  @Override
  public KeyValueCache openCache(int sequences, int capacity) {
    Gpt2Config config = body().config();
    if (capacity > config.positions()) {
      throw new IllegalArgumentException(
          "a cache for " + capacity + " tokens of a model for " + config.positions());
    }
    int[] widths = body().blocks().stream().mapToInt(this::cachedWidth).toArray();
    return new KeyValueCache(device(), widths, dtype(), sequences, capacity);
  }

  private int cachedWidth(Block block) {
    Latents latents = latentCache ? Latents.of(block.projections()) : null;
    return latents == null ? body().config().hidden() : latents.width();
  }

  @Override
  public Tensor prefill(Ops ops, TokenBatch prompts, KeyValueCache cache) {
    return logits(
        ops, last(ops, prompts, new Attention.Filling(packed(prompts), cache, latentCache)));
  }

  @Override
  public Tensor decode(Ops ops, KeyValueCache cache) {
    Matrix embedded = body().embeddings().forward(ops, cache.ids(), cache.positions(), 0);
    Attention cached = new Attention.Cached(body().config(), cache, latentCache);
    return logits(ops, run(ops, embedded, cached, null, new ArrayList<>()));
  }

  @Override
  public Map<String, Linear> headLayers() {
    return Map.of();
  }

  @Override
  public String classifier() {
    return null;
  }

  @Override
  long headFlops() {
    return ownHead == null
        ? 2L * body().config().hidden() * body().config().vocabulary()
        : ownHead.flopsPerRow();
  }

  @Override
  List<ModelPart> headParts() {
    return ownHead == null ? List.of() : List.of(ModelPart.of(Modules.LM_HEAD, ownHead));
  }

  @Override
  Gpt2 rebuild(Body other, Replacements placed) {
    Linear head = ownHead == null ? null : placed.of(Modules.LM_HEAD, ownHead);
    return new Gpt2LanguageModel(other, info(), placed.own(), head, offersHead, latentCache);
  }

  @Override
  Gpt2 rebuild(Body other, Scope own) {
    Linear head = ownHead == null ? null : ownHead.copyTo(own, other.dtype());
    return new Gpt2LanguageModel(other, info(), own, head, offersHead, latentCache);
  }
}
