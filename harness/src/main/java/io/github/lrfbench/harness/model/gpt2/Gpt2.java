package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.InputPass;
import io.github.lrfbench.harness.model.InputPass.InputAttention;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.Replacements;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.Transformer;
import io.github.lrfbench.harness.model.gpt2.Attention.Projected;
import io.github.lrfbench.harness.model.gpt2.Block.State;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A GPT-2 but for its head. */
abstract class Gpt2 implements Model {
  private static final String WHOLE_ROLE = "query_key_value";
  private static final List<String> SPLIT_ROLES = List.of("query", "key", "value");
  private static final int QUERY = 0;
  private static final String ATTENTION_OUTPUT_ROLE = "attention_output";
  private static final String INTERMEDIATE_ROLE = "intermediate";
  private static final String OUTPUT_ROLE = "output";

  private final Body body;
  private final ModelInfo info;
  private final Scope scope;
  private final List<LinearSlot> slots;

  /**
   * What all heads have in common.
   *
   * @param config the dimensions
   * @param prefix what stands before the names of the tensors
   * @param input word and position embeddings
   * @param blocks in order
   * @param finalNorm after the last block
   */
  record Body(
      Gpt2Config config, String prefix, InputLayer input, List<Block> blocks, Norm finalNorm) {

    Body copyTo(Scope scope, DType dtype) {
      return new Body(
          config,
          prefix,
          input.copyTo(scope, dtype),
          blocks.stream().map(block -> block.copyTo(scope, dtype)).toList(),
          finalNorm.copyTo(scope, dtype));
    }

    InputNames names() {
      return Modules.input(prefix);
    }

    Body with(InputLayer other, List<Block> others) {
      return new Body(config, prefix, other, others, finalNorm);
    }

    DType dtype() {
      return input.dtype();
    }

    /** How the tokens of a pass see each other in the input layer. */
    InputAttention attention(Attention attention) {
      return (ops, q, k, v, heads, y) ->
          attention.attend(
              ops,
              blocks.size(),
              new Projected(q, k, v),
              heads,
              InputPass.scoreScale(q.cols(), heads),
              y);
    }
  }

  /**
   * A model of given parts.
   *
   * @param scope closed with the model
   * @param headSlots slots of the head
   */
  Gpt2(Body body, ModelInfo info, Scope scope, List<LinearSlot> headSlots) {
    this.body = body;
    this.info = info;
    this.scope = scope;
    List<LinearSlot> found = new ArrayList<>();
    for (int layer = 0; layer < body.blocks.size(); layer++) {
      addSlots(body.blocks.get(layer), layer, found);
    }
    found.addAll(headSlots);
    this.slots = List.copyOf(found);
  }

  private void addSlots(Block block, int layer, List<LinearSlot> found) {
    String path = path(layer);
    List<Linear> projections = block.projections().members();
    List<String> names = projectionNames(block, path);
    for (int i = 0; i < names.size(); i++) {
      String role = names.size() == 1 ? WHOLE_ROLE : SPLIT_ROLES.get(i);
      found.add(new LinearSlot(names.get(i), layer, role, projections.get(i)));
    }
    found.add(
        new LinearSlot(
            path + Modules.ATTENTION_OUTPUT,
            layer,
            ATTENTION_OUTPUT_ROLE,
            block.attentionOutput()));
    found.add(
        new LinearSlot(
            path + Modules.INTERMEDIATE, layer, INTERMEDIATE_ROLE, block.intermediate()));
    found.add(new LinearSlot(path + Modules.OUTPUT, layer, OUTPUT_ROLE, block.output()));
  }

  private static List<String> projectionNames(Block block, String path) {
    return block.projections().members().size() == 1
        ? List.of(path + Modules.PROJECTIONS)
        : Modules.splitProjections(path);
  }

  private String path(int layer) {
    return body.prefix + Modules.block(layer);
  }

  final Body body() {
    return body;
  }

  @Override
  public final ModelInfo info() {
    return info;
  }

  @Override
  public final Device device() {
    return scope.device();
  }

  @Override
  public final List<LinearSlot> slots() {
    return slots;
  }

  @Override
  public final List<LinearSlot> tables() {
    return body.input.tables(body.names());
  }

  @Override
  public final int heads() {
    return body.config.heads();
  }

  @Override
  public final Activation headActivation() {
    return Activation.NONE;
  }

  /** The type of the model's numbers. */
  public final DType dtype() {
    return body.dtype();
  }

  /**
   * The head.
   *
   * @param states normed hidden states of some tokens, [m, H]
   * @return [m, outputs]
   */
  abstract Tensor head(Ops ops, Matrix states);

  /** The head of a language model where it is not the word embedding; else null. */
  Linear predictor() {
    return null;
  }

  /** Floating-point operations of the head for one token. */
  abstract long headFlops();

  /** For how many tokens of a sequence the head has an output. */
  abstract int headTokens(int length);

  /** Whether the output depends on a sequence's last token alone. */
  abstract boolean readsLast();

  /** What the head is made of. */
  abstract List<ModelPart> headParts();

  /** The same model of other parts. */
  abstract Gpt2 rebuild(Body other, Replacements placed);

  /**
   * The same model with its head in memory of another scope, in the type of the other parts.
   *
   * @param trainable whether the head may become another
   */
  abstract Gpt2 rebuild(Body other, Scope own, boolean trainable);

  @Override
  public final Tensor reached(LinearSlot slot, TokenBatch batch) {
    boolean mixed = slot.role().equals(WHOLE_ROLE) || SPLIT_ROLES.indexOf(slot.role()) > QUERY;
    boolean last = slot.layer() == body.blocks.size() - 1;
    return readsLast() && last && !mixed ? batch.lastCounted() : null;
  }

  @Override
  public final Tensor forward(Ops ops, TokenBatch batch) {
    Tensor output = null;
    try (Ops frame = ops.frame()) {
      output = head(ops, last(frame, batch, packed(batch)));
    }
    return output;
  }

  @Override
  public final List<Tensor> hiddenStates(Ops ops, TokenBatch batch) {
    List<Tensor> states = new ArrayList<>();
    run(ops, batch, packed(batch), null, states);
    return states;
  }

  @Override
  public final Tensor forward(Ops ops, TokenBatch batch, List<Tensor> states) {
    Matrix all = run(ops, batch, packed(batch), null, states);
    return head(ops, gather(ops, all, batch));
  }

  private static Matrix gather(Ops ops, Matrix all, TokenBatch batch) {
    Matrix last = Matrix.of(ops.allocate(all.dtype(), batch.segments().count(), all.cols()));
    ops.gatherRows(all, batch.lastCounted(), last);
    return last;
  }

  /**
   * The normed hidden states of the sequences' last tokens. The last block does for the others only
   * what these see of them.
   *
   * @return [B, H]
   */
  final Matrix last(Ops ops, TokenBatch batch, Attention attention) {
    return run(ops, batch, attention, batch.lastCounted(), new ArrayList<>());
  }

  /**
   * The hidden states after the last norm.
   *
   * @return [T, H]
   */
  public final Matrix states(Ops ops, TokenBatch batch) {
    return run(ops, batch, packed(batch), null, new ArrayList<>());
  }

  @Override
  public final Tensor forwardFrom(Ops ops, TokenBatch batch, int from, Tensor state) {
    Tensor output = null;
    try (Ops frame = ops.frame()) {
      Matrix last =
          from == body.blocks.size()
              ? gather(frame, Matrix.of(state), batch)
              : runFrom(
                  frame,
                  from,
                  Matrix.of(state),
                  packed(batch),
                  batch.lastCounted(),
                  new ArrayList<>());
      output = head(ops, last);
    }
    return output;
  }

  @Override
  public final void classify(
      Ops ops, TokenBatch batch, int number, Tensor state, Map<String, Linear> maps, Matrix y) {
    Linear own = Objects.requireNonNull(headLayers().get(classifier()), "no classifier");
    Linear last = maps.getOrDefault(classifier(), own);
    try (Ops frame = ops.frame()) {
      Matrix read = gather(frame, Matrix.of(state), batch);
      if (number < body.blocks.size()) {
        Matrix normed = Matrix.of(frame.allocate(read.dtype(), read.rows(), read.cols()));
        body.finalNorm.forward(frame, read, null, normed);
        read = normed;
      }
      frame.apply(last, read, Activation.NONE, y);
    }
  }

  /**
   * The hidden states after the last norm, from a block on.
   *
   * @param from the number of the block; that of blocks for none
   * @param state the hidden state of that number
   * @return [T, H]
   */
  public final Matrix statesFrom(Ops ops, TokenBatch batch, int from, Tensor state) {
    Matrix given = Matrix.of(state);
    return from == body.blocks.size()
        ? given
        : runFrom(ops, from, given, packed(batch), null, new ArrayList<>());
  }

  final Attention.Packed packed(TokenBatch batch) {
    return new Attention.Packed(body.config, batch.segments());
  }

  @Override
  public final Matrix embed(Ops ops, TokenBatch batch) {
    return embed(ops, batch, packed(batch));
  }

  private Matrix embed(Ops ops, TokenBatch batch, Attention attention) {
    double dropout = body.config.dropout().embedding();
    return body.input.forward(ops, InputPass.of(batch, dropout, body.attention(attention)));
  }

  @Override
  public final List<ModelBlock> blocks() {
    return IntStream.range(0, body.blocks.size()).<ModelBlock>mapToObj(At::new).toList();
  }

  @Override
  public final Transformer transformer() {
    Gpt2Config config = body.config;
    return new Transformer(
        body.input,
        IntStream.range(0, body.blocks.size())
            .mapToObj(layer -> body.blocks.get(layer).transformerBlock(config.scoreScale(layer)))
            .toList(),
        true,
        body.finalNorm,
        config.heads(),
        true,
        config.activation(),
        predictor());
  }

  /** The block of a number, with the norm before it, and of the last block that after it. */
  private final class At implements ModelBlock {
    private final int layer;

    At(int layer) {
      this.layer = layer;
    }

    @Override
    public List<Layer> layers() {
      return body.blocks.get(layer).layers();
    }

    @Override
    public Matrix forward(Ops ops, TokenBatch batch, Matrix x) {
      Matrix normed = Matrix.of(ops.allocate(x.dtype(), x.rows(), x.cols()));
      norm(layer).forward(ops, x, null, normed);
      State y =
          body.blocks
              .get(layer)
              .forward(
                  ops,
                  layer,
                  new State(x, normed),
                  packed(batch),
                  null,
                  body.config,
                  norm(layer + 1));
      return layer == body.blocks.size() - 1 ? y.normed() : y.sum();
    }

    @Override
    public long flops(int length) {
      Block block = body.blocks.get(layer);
      // Scores, and their product with the values.
      return length * (block.projectionFlops() + block.outputFlops())
          + 4 * seen(length) * block.attention();
    }

    @Override
    public List<ModelPart> parts() {
      return blockParts(layer);
    }
  }

  /**
   * All blocks and the last norm.
   *
   * @param kept I32 [B], the rows of which the result is wanted; null for all
   * @param states receives the embeddings and what each block gives; the last after the norm
   */
  private Matrix run(
      Ops ops, TokenBatch batch, Attention attention, Tensor kept, List<Tensor> states) {
    Matrix embedded = embed(ops, batch, attention);
    states.add(embedded.data());
    return runFrom(ops, 0, embedded, attention, kept, states);
  }

  /** The blocks from one on, and the last norm. */
  final Matrix runFrom(
      Ops ops, int from, Matrix state, Attention attention, Tensor kept, List<Tensor> states) {
    Matrix normed = Matrix.of(ops.allocate(state.dtype(), state.rows(), state.cols()));
    norm(from).forward(ops, state, null, normed);
    State x = new State(state, normed);
    for (int layer = from; layer < body.blocks.size(); layer++) {
      boolean last = layer == body.blocks.size() - 1;
      Block block = body.blocks.get(layer);
      Norm next = norm(layer + 1);
      x = block.forward(ops, layer, x, attention, last ? kept : null, body.config, next);
      states.add((last ? x.normed() : x.sum()).data());
    }
    return x.normed();
  }

  /** The norm of what reads the hidden states after so many blocks. */
  private Norm norm(int layer) {
    return layer < body.blocks.size() ? body.blocks.get(layer).attentionNorm() : body.finalNorm;
  }

  @Override
  public final Model with(Map<String, Linear> replacements, Scope own) {
    Replacements.requireKnown(replacements, this);
    Replacements placed = Replacements.in(this, replacements, own, dtype());
    List<Block> replaced = new ArrayList<>();
    for (int layer = 0; layer < body.blocks.size(); layer++) {
      replaced.add(replace(body.blocks.get(layer), path(layer), placed));
    }
    return rebuild(body.with(body.input.with(body.names(), placed), replaced), placed);
  }

  private static Block replace(Block block, String path, Replacements placed) {
    return new Block(
        block.attentionNorm(),
        placed.of(projectionNames(block, path), block.projections()),
        placed.of(path + Modules.ATTENTION_OUTPUT, block.attentionOutput()),
        block.outputNorm(),
        placed.of(path + Modules.INTERMEDIATE, block.intermediate()),
        placed.of(path + Modules.OUTPUT, block.output()));
  }

  @Override
  public final InputNames inputNames() {
    return body.names();
  }

  @Override
  public final Model withInput(InputLayer other) {
    Scope own = device().openScope();
    Body changed = body.with(other.copyTo(own, dtype()), body.blocks);
    return rebuild(changed, new Replacements(Map.of(), own, dtype()));
  }

  @Override
  public final Model copy() {
    return copy(dtype(), true);
  }

  @Override
  public final Model copy(DType dtype) {
    return copy(dtype, false);
  }

  private Model copy(DType dtype, boolean trainable) {
    Scope own = device().openScope();
    return rebuild(body.copyTo(own, dtype), own, trainable);
  }

  @Override
  public final List<ModelPart> parts() {
    List<ModelPart> parts = new ArrayList<>();
    parts.addAll(body.input.parts(body.names()));
    blocks().forEach(block -> parts.addAll(block.parts()));
    parts.add(ModelPart.of(body.finalNorm.weights(body.prefix + Modules.FINAL_NORM)));
    parts.addAll(headParts());
    return parts;
  }

  private List<ModelPart> blockParts(int layer) {
    Block block = body.blocks.get(layer);
    String path = path(layer);
    return List.of(
        ModelPart.of(block.attentionNorm().weights(path + Modules.ATTENTION_NORM)),
        ModelPart.of(block.projections().members(), projections(block, path)),
        conv1d(path + Modules.ATTENTION_OUTPUT, block.attentionOutput()),
        ModelPart.of(block.outputNorm().weights(path + Modules.OUTPUT_NORM)),
        conv1d(path + Modules.INTERMEDIATE, block.intermediate()),
        conv1d(path + Modules.OUTPUT, block.output()));
  }

  /** Projections that are one matrix in memory are one in checkpoints too, split or not. */
  private static List<Parameter> projections(Block block, String path) {
    String whole = path + Modules.PROJECTIONS;
    DenseLinear stacked = block.projections().stacked();
    if (stacked != null) {
      return ModelPart.untransposed(whole, stacked.weights(whole));
    }
    List<String> names = projectionNames(block, path);
    List<Parameter> weights = block.projections().weights(names);
    for (String name : names) {
      weights = ModelPart.untransposed(name, weights);
    }
    return weights;
  }

  private static ModelPart conv1d(String module, Linear linear) {
    return ModelPart.of(List.of(linear), ModelPart.untransposed(module, linear.weights(module)));
  }

  @Override
  public final long flops(int length) {
    return inputFlops(length, seen(length))
        + blocks().stream().mapToLong(block -> block.flops(length)).sum()
        + headTokens(length) * headFlops();
  }

  /** Beyond its attention, the last block works for the last token alone, and so does the head. */
  @Override
  public final long forwardFlops(int length) {
    long leftOut = body.blocks.get(body.blocks.size() - 1).outputFlops();
    return flops(length) - (length - 1) * leftOut - (headTokens(length) - 1) * headFlops();
  }

  /** Floating-point operations of the input layer. */
  final long inputFlops(long tokens, long seen) {
    return body.input.flops(tokens, seen);
  }

  /** How many pairs of tokens see each other: of every token itself and those before it. */
  private static long seen(int length) {
    return length * (length + 1L) / 2;
  }

  /** Floating-point operations of all blocks' matrices for one token. */
  final long blockFlops() {
    return body.blocks.stream()
        .mapToLong(block -> block.projectionFlops() + block.outputFlops())
        .sum();
  }

  @Override
  public final void close() {
    scope.close();
  }
}
