package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.InputPass;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.Transformer;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A model whose parts all shards have of their own. A language model's logits are split over the
 * shards; the head of any other model is everyone's, and the first shard's is run.
 */
final class TensorParallelModel implements AutoCloseable {
  private final Model whole;
  private final ShardGroup group;
  private final List<Scope> scopes = new ArrayList<>();
  private final List<SummedEmbeddings> inputs = new ArrayList<>();
  private final List<Norm> finalNorms = new ArrayList<>();
  private final List<ParallelBlock> blocks = new ArrayList<>();
  private final ParallelVocabulary vocabulary;
  private final boolean predicts;

  /**
   * Splits a model.
   *
   * @param whole lies on the first shard's device and stays open
   * @throws InputException if the shards cannot share its heads equally, or a matrix is stored as
   *     something else than itself or two factors
   */
  TensorParallelModel(Model whole, ShardGroup group, LowRankSplit split) {
    this.whole = whole;
    this.group = group;
    requireSplittable(whole, group.size());
    predicts = whole instanceof CausalModel;
    Transformer parts = whole.transformer();
    SummedEmbeddings input = (SummedEmbeddings) parts.input();
    for (int shard = 0; shard < group.size(); shard++) {
      Scope scope = group.device(shard).openScope();
      scopes.add(scope);
      inputs.add(copy(input, scope));
      finalNorms.add(Slices.copy(parts.finalNorm(), scope));
    }
    parts.blocks().forEach(block -> blocks.add(new ParallelBlock(parts, block, split, scopes)));
    // A head that only repeats the word embedding is stored once, as in the whole model.
    Linear predictor = whole.repeated().isEmpty() ? parts.predictor() : null;
    vocabulary = new ParallelVocabulary(input.word().dense(), predicts, predictor, scopes);
  }

  /**
   * Checks that a model can be split.
   *
   * @throws InputException if not
   */
  static void requireSplittable(Model model, int shards) {
    if (model.info().architecture().equals("albert")) {
      throw new InputException("tensor-parallel splits no albert");
    }
    if (model.heads() % shards != 0) {
      throw new InputException(
          "--shards "
              + shards
              + ": the model has "
              + model.heads()
              + " heads, which so many shards cannot share equally");
    }
    InputLayer input = model.transformer().input();
    String form = input instanceof SummedEmbeddings sum ? sum.word().form() : input.form();
    if (!form.equals("dense")) {
      throw new InputException(
          model.inputNames().word()
              + " is stored as '"
              + form
              + "'; tensor-parallel splits whole tables of words only");
    }
    requireForm("the predictor of words", model.transformer().predictor());
    for (LinearSlot slot : model.slots()) {
      Linear linear = slot.linear();
      requireForm(slot.name(), linear);
      if (slot.role().equals("attention_output") && linear.inputs() != model.info().hiddenSize()) {
        throw new InputException(
            slot.name() + " reads fewer heads than the model has; tensor-parallel splits all");
      }
      if (Math.min(linear.inputs(), linear.outputs()) < shards) {
        throw new InputException(
            "--shards " + shards + ": " + slot.name() + " is narrower than that");
      }
    }
  }

  private static void requireForm(String name, Linear linear) {
    if (linear != null && linear.dense() == null && linear.factors() == null) {
      throw new InputException(
          name
              + " is stored as '"
              + linear.form()
              + "'; tensor-parallel splits matrices and two factors only");
    }
  }

  /** All of it but the words. */
  private static SummedEmbeddings copy(SummedEmbeddings input, Scope scope) {
    return new SummedEmbeddings(
        null,
        Slices.copy(Matrix.of(input.position()), scope).data(),
        input.firstPosition(),
        input.type() == null ? null : Slices.copy(Matrix.of(input.type()), scope).data(),
        Slices.copy(input.norm(), scope));
  }

  /**
   * The forward pass.
   *
   * @param own which words are whose, of this model's vocabulary
   * @return by shard the logits of all tokens for its words, [T, padded words]; of a model that
   *     predicts none one matrix, [B, outputs]
   */
  List<Matrix> forward(Pass pass, ParallelInput input, List<ParallelVocabulary.Own> own) {
    List<Matrix> words = vocabulary.embed(pass, own);
    List<Matrix> states =
        pass.each(
            (shard, ops) ->
                inputs
                    .get(shard)
                    .with(new DenseLinear(words.get(shard), null))
                    .forward(ops, read(input, shard)));
    for (ParallelBlock block : blocks) {
      states = block.forward(pass, states, input);
    }
    if (finalNorms.get(0) != null) {
      states = ParallelBlock.norm(pass, finalNorms, states);
    }
    return predicts ? vocabulary.logits(pass, states) : List.of(head(pass, input, states));
  }

  /** A shard's tokens, whose words are rows of what it has embedded. */
  private static InputPass read(ParallelInput input, int shard) {
    TokenBatch batch = input.batch(shard);
    return new InputPass(
        input.rows(shard), batch.types(), batch.positions(), batch.counted(), 0, null);
  }

  private Matrix head(Pass pass, ParallelInput input, List<Matrix> states) {
    return pass.each(
            (shard, ops) ->
                shard > 0
                    ? null
                    : Matrix.of(
                        whole.forwardFrom(
                            ops, input.batch(0), blocks.size(), states.get(0).data())))
        .get(0);
  }

  /** The whole model's pass over all tokens, whose logits these are. */
  static Tensor wholeForward(Model model, Ops ops, ParallelInput input) {
    return model instanceof CausalModel causal
        ? causal.logits(ops, causal.states(ops, input.batch(0)))
        : model.forward(ops, input.batch(0), new ArrayList<>());
  }

  /** Runs the whole model's pass and waits for it. */
  static void runWhole(Model model, ParallelInput input) {
    try (Ops ops = new EagerOps(model.device())) {
      wholeForward(model, ops, input);
      model.device().synchronize();
    }
  }

  /** Whether logits are split. */
  boolean predicts() {
    return predicts;
  }

  ParallelVocabulary vocabulary() {
    return vocabulary;
  }

  ShardGroup group() {
    return group;
  }

  /** Stored numbers of a shard. */
  long parameters(int shard) {
    return blocks.stream().mapToLong(block -> block.parameters(shard)).sum()
        + vocabulary.parameters(shard)
        + everyones();
  }

  /** Those that every shard has. */
  long replicated() {
    return blocks.stream().mapToLong(ParallelBlock::replicated).sum()
        + vocabulary.replicated()
        + everyones();
  }

  /** Positions, types, norms outside of blocks, and a classifier's head. */
  private long everyones() {
    SummedEmbeddings input = inputs.get(0);
    return ParallelLinear.size(input.position())
        + ParallelLinear.size(input.type())
        + ParallelBlock.size(input.norm())
        + ParallelBlock.size(finalNorms.get(0))
        + whole.headLayers().values().stream()
            .mapToLong(map -> map.parameters() + ParallelLinear.size(map.bias()))
            .sum();
  }

  /** Floating-point operations of a shard's matrices for one token, logits included. */
  long flopsPerRow(int shard) {
    return blocks.stream().mapToLong(block -> block.flopsPerRow(shard)).sum()
        + vocabulary.flopsPerRow(shard);
  }

  /** What the backward pass of the blocks would exchange; it is not run. */
  List<Exchange> backward() {
    return group.size() == 1
        ? List.of()
        : blocks.stream().flatMap(block -> block.backward().stream()).toList();
  }

  @Override
  public void close() {
    scopes.forEach(Scope::close);
  }
}
