package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.InputPass;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Replacements;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A GPT-2 that predicts the next token. */
final class Gpt2LanguageModel extends Gpt2 implements CausalModel {
  private final Head head;
  private final boolean latentCache;

  /**
   * The head.
   *
   * @param own from H to V, without a bias; null where the head is the word embedding
   * @param offered whether it is a slot
   * @param repeats whether it is a copy of the word embedding, which checkpoints do without
   */
  record Head(Linear own, boolean offered, boolean repeats) {
    private List<LinearSlot> slots(Body body) {
      return offered
          ? List.of(new LinearSlot(Modules.LM_HEAD, body.blocks().size(), Modules.LM_HEAD, own))
          : List.of();
    }

    /** What takes its place among replacements; one that was not offered is from then on. */
    private Head replacedBy(Replacements placed) {
      if (!placed.byName().containsKey(Modules.LM_HEAD)) {
        return this;
      }
      return new Head(placed.of(Modules.LM_HEAD, own), true, false);
    }
  }

  /**
   * A language model.
   *
   * @param latentCache whether the cache keeps of factored keys and values what lies between the
   *     factors
   */
  Gpt2LanguageModel(Body body, ModelInfo info, Scope scope, Head head, boolean latentCache) {
    super(body, info, scope, head.slots(body));
    this.head = head;
    this.latentCache = latentCache;
  }

  @Override
  Tensor head(Ops ops, Matrix states) {
    return logits(ops, states);
  }

  @Override
  public Tensor logits(Ops ops, Matrix states) {
    Tensor logits = ops.allocate(states.dtype(), states.rows(), info().vocabularySize());
    if (head.own == null) {
      body().input().score(ops, states, Matrix.of(logits));
    } else {
      ops.apply(head.own, states, Activation.NONE, Matrix.of(logits));
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
    IntStream blocks = body().blocks().stream().mapToInt(this::cachedWidth);
    // Where the input layer has an attention, its keys and values come after the blocks'.
    IntStream input = IntStream.of(body().input().attentionWidth()).filter(width -> width > 0);
    int[] widths = IntStream.concat(blocks, input).toArray();
    return new KeyValueCache(device(), widths, dtype(), sequences, capacity);
  }

  private int cachedWidth(Block block) {
    Latents latents = latents(block);
    return latents == null ? block.attention() : latents.width();
  }

  /** What the cache keeps of a block instead of keys and values; null for those. */
  private Latents latents(Block block) {
    return latentCache ? Latents.of(block.projections()) : null;
  }

  @Override
  public Tensor prefill(Ops ops, TokenBatch prompts, KeyValueCache cache) {
    return logits(
        ops, last(ops, prompts, new Attention.Filling(packed(prompts), cache, latentCache)));
  }

  @Override
  public Tensor decode(Ops ops, KeyValueCache cache) {
    Attention cached = new Attention.Cached(body().config(), cache, latentCache);
    InputPass read =
        new InputPass(cache.ids(), null, cache.positions(), null, 0, body().attention(cached));
    Matrix embedded = body().input().forward(ops, read);
    return logits(ops, runFrom(ops, 0, embedded, cached, null, new ArrayList<>()));
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
  public String headModule() {
    return Modules.LM_HEAD;
  }

  @Override
  public Linear ownHead() {
    return head.own;
  }

  @Override
  public CausalModel withHeadSlot() {
    Scope own = device().openScope();
    boolean tied = head.own == null;
    Linear map = tied ? untied(body(), own) : head.own;
    Head offered = new Head(map, true, tied || head.repeats);
    return new Gpt2LanguageModel(body(), info(), own, offered, latentCache);
  }

  /**
   * The word embedding as a head of its own.
   *
   * @throws InputException if it is none
   */
  static Linear untied(Body body, Scope own) {
    Linear head = body.input().untiedHead(own);
    if (head == null) {
      throw new InputException(
          "the head of the model reads its embeddings, which are stored as '"
              + body.input().form()
              + "', and cannot be untied from them");
    }
    return head;
  }

  /** A head that was the word embedding may have become a map of its own. */
  @Override
  public Set<String> untiedFrom(Model original) {
    boolean wasTied = original instanceof CausalModel causal && causal.ownHead() == null;
    return wasTied && head.own != null && !head.repeats
        ? Set.of(Modules.LM_HEAD)
        : super.untiedFrom(original);
  }

  @Override
  Linear predictor() {
    return head.own;
  }

  @Override
  boolean readsLast() {
    return false;
  }

  @Override
  long headFlops() {
    return head.own == null ? body().input().scoreFlops() : head.own.flopsPerRow();
  }

  @Override
  int headTokens(int length) {
    return length;
  }

  /** Of factored keys and values also what the cache keeps of them. */
  @Override
  public long prefillFlops(int length) {
    long stored = 0;
    for (Block block : body().blocks()) {
      Latents latents = latents(block);
      stored += latents == null ? 0 : latents.storeFlops();
    }
    return forwardFlops(length) + length * stored;
  }

  @Override
  public long decodeFlops(int length) {
    long perSeen = 0;
    for (Block block : body().blocks()) {
      Latents latents = latents(block);
      // Every head sees all of the latents. What is read by and from them takes the products that
      // keys and values would.
      long width =
          latents == null
              ? block.attention()
              : (long) block.attention() / body().config().headSize() * latents.width();
      perSeen += 4 * width;
    }
    return inputFlops(1, length) + blockFlops() + length * perSeen + headFlops();
  }

  @Override
  public Map<String, Linear> repeated() {
    return head.repeats ? Map.of(Modules.LM_HEAD, head.own) : Map.of();
  }

  @Override
  List<ModelPart> headParts() {
    if (head.own == null) {
      return List.of();
    }
    ModelPart part = ModelPart.of(Modules.LM_HEAD, head.own);
    return List.of(head.repeats ? part.uncounted() : part);
  }

  @Override
  Gpt2 rebuild(Body other, Replacements placed) {
    Head placedHead = head.replacedBy(placed);
    if (!other.input().tables(other.names()).equals(body().input().tables(body().names()))) {
      placedHead = new Head(placedHead.own, placedHead.offered, false);
    }
    return new Gpt2LanguageModel(other, info(), placed.own(), placedHead, latentCache);
  }

  @Override
  Gpt2 rebuild(Body other, Scope own, boolean trainable) {
    Linear copy = head.own == null ? null : head.own.copyTo(own, other.dtype());
    Head copied = new Head(copy, head.offered, head.repeats && !trainable);
    return new Gpt2LanguageModel(other, info(), own, copied, latentCache);
  }
}
