package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.InputPass;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.Replacements;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.Transformer;
import io.github.lrfbench.harness.model.bert.Family.Part;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** An encoder of the BERT family with its head. */
public final class Encoder implements Model {
  private final EncoderConfig config;
  private final ModelInfo info;
  private final String prefix;
  private final Scope scope;
  private final Embeddings embeddings;
  private final List<Block> stored;

  /** The blocks in the order in which they are run; some may be there several times. */
  private final List<Block> blocks;

  private final Head head;
  private final List<LinearSlot> slots;

  /**
   * An encoder of given parts.
   *
   * @param prefix what stands before the encoder's tensors in its checkpoint
   * @param scope closed with the model
   */
  Encoder(
      EncoderConfig config,
      ModelInfo info,
      String prefix,
      Scope scope,
      Embeddings embeddings,
      List<Block> stored,
      Head head) {
    this.config = config;
    this.info = info;
    this.prefix = prefix;
    this.scope = scope;
    this.embeddings = embeddings;
    this.stored = List.copyOf(stored);
    this.blocks =
        IntStream.range(0, config.order().runs())
            .mapToObj(run -> stored.get(config.order().block(run)))
            .toList();
    this.head = head;
    this.slots = findSlots();
  }

  private List<LinearSlot> findSlots() {
    List<LinearSlot> found = new ArrayList<>();
    for (int block = 0; block < stored.size(); block++) {
      int layer = config.order().firstRun(block);
      for (Map.Entry<Part, Linear> entry : linears(stored.get(block)).entrySet()) {
        found.add(
            new LinearSlot(
                slotName(block, entry.getKey()), layer, entry.getKey().role(), entry.getValue()));
      }
    }
    return List.copyOf(found);
  }

  private static Map<Part, Linear> linears(Block block) {
    Map<Part, Linear> linears = new LinkedHashMap<>();
    linears.put(Part.QUERY, block.projections().members().get(0));
    linears.put(Part.KEY, block.projections().members().get(1));
    linears.put(Part.VALUE, block.projections().members().get(2));
    linears.put(Part.ATTENTION_OUTPUT, block.attentionOutput());
    linears.put(Part.INTERMEDIATE, block.intermediate());
    linears.put(Part.OUTPUT, block.output());
    return linears;
  }

  private String slotName(int block, Part part) {
    return prefix + config.block(block) + config.family().module(part);
  }

  @Override
  public ModelInfo info() {
    return info;
  }

  @Override
  public Device device() {
    return scope.device();
  }

  @Override
  public List<LinearSlot> slots() {
    return slots;
  }

  @Override
  public List<LinearSlot> tables() {
    return embeddings.input().tables(inputNames());
  }

  @Override
  public Map<String, Linear> headLayers() {
    return head.layers();
  }

  @Override
  public String classifier() {
    String module = config.family().headModules().get(1);
    return headLayers().containsKey(module) ? module : null;
  }

  @Override
  public int heads() {
    return config.heads();
  }

  @Override
  public Activation headActivation() {
    return head.activation();
  }

  @Override
  public Tensor forward(Ops ops, TokenBatch batch) {
    Tensor output = null;
    try (Ops frame = ops.frame()) {
      Matrix hidden = embed(frame, batch);
      output = finish(ops, frame, batch, 0, hidden);
    }
    return output;
  }

  /** The last block works for the token that the head reads, where it reads one. */
  @Override
  public Tensor predict(Ops ops, TokenBatch batch) {
    Tensor read = head.read(batch);
    int last = blocks.size() - 1;
    if (read == null || config.causal() || blocks.get(last).mixesTokens()) {
      return forward(ops, batch);
    }
    Tensor output = null;
    try (Ops frame = ops.frame()) {
      Matrix hidden = embed(frame, batch);
      for (Block block : blocks.subList(0, last)) {
        hidden = apply(frame, block, hidden, batch);
      }
      Matrix next = Matrix.of(frame.allocate(hidden.dtype(), hidden.rows(), hidden.cols()));
      SingleTokens tokens = SingleTokens.of(frame, batch, read);
      blocks.get(last).forward(frame, hidden, tokens, config, next);
      output = head.forward(ops, next, batch);
    }
    return output;
  }

  @Override
  public Tensor forwardFrom(Ops ops, TokenBatch batch, int from, Tensor state) {
    Tensor output = null;
    try (Ops frame = ops.frame()) {
      output = finish(ops, frame, batch, from, Matrix.of(state));
    }
    return output;
  }

  /** The blocks from one on, and the head. */
  private Tensor finish(Ops ops, Ops frame, TokenBatch batch, int from, Matrix state) {
    Matrix hidden = state;
    for (Block block : blocks.subList(from, blocks.size())) {
      hidden = apply(frame, block, hidden, batch);
    }
    return head.forward(ops, hidden, batch);
  }

  @Override
  public List<Tensor> hiddenStates(Ops ops, TokenBatch batch) {
    List<Tensor> states = new ArrayList<>();
    collectStates(ops, batch, states);
    return states;
  }

  @Override
  public Tensor forward(Ops ops, TokenBatch batch, List<Tensor> states) {
    return head.forward(ops, collectStates(ops, batch, states), batch);
  }

  @Override
  public void classify(
      Ops ops, TokenBatch batch, int number, Tensor state, Map<String, Linear> maps, Matrix y) {
    head.over(maps).forward(ops, Matrix.of(state), batch, y);
  }

  @Override
  public Matrix embed(Ops ops, TokenBatch batch) {
    return embeddings.forward(
        ops,
        InputPass.of(
            batch,
            config.dropout().hidden(),
            (frame, q, k, v, heads, y) ->
                frame.attention(
                    q,
                    k,
                    v,
                    batch.segments(),
                    heads,
                    InputPass.scoreScale(q.cols(), heads),
                    config.causal(),
                    config.dropout().attention(),
                    y)));
  }

  @Override
  public List<ModelBlock> blocks() {
    return IntStream.range(0, blocks.size()).<ModelBlock>mapToObj(At::new).toList();
  }

  @Override
  public boolean sharesBlocks() {
    return config.order().repeats();
  }

  @Override
  public Transformer transformer() {
    return new Transformer(
        embeddings.input(),
        blocks.stream().map(block -> block.transformerBlock(config)).toList(),
        false,
        null,
        config.heads(),
        config.causal(),
        config.activation(),
        null);
  }

  /** The block of a number. */
  private final class At implements ModelBlock {
    private final int layer;

    At(int layer) {
      this.layer = layer;
    }

    @Override
    public List<Layer> layers() {
      return blocks.get(layer).layers();
    }

    @Override
    public Matrix forward(Ops ops, TokenBatch batch, Matrix x) {
      return apply(ops, blocks.get(layer), x, batch);
    }

    @Override
    public long flops(int length) {
      Block block = blocks.get(layer);
      // Scores and their product with the values: two products of length x length x A.
      long attention = 4L * length * length * block.attention();
      return length * block.flopsPerRow() + attention;
    }

    @Override
    public List<ModelPart> parts() {
      int block = config.order().block(layer);
      return layer == config.order().firstRun(block) ? blockParts(block) : List.of();
    }
  }

  /** Returns the last. */
  private Matrix collectStates(Ops ops, TokenBatch batch, List<Tensor> states) {
    Matrix hidden = embed(ops, batch);
    states.add(hidden.data());
    for (Block block : blocks) {
      hidden = apply(ops, block, hidden, batch);
      states.add(hidden.data());
    }
    return hidden;
  }

  @Override
  public Tensor reached(LinearSlot slot, TokenBatch batch) {
    if (config.order().repeats()) {
      // What stands in the last block is also in blocks whose tokens all count.
      return null;
    }
    boolean mixed = slot.role().equals(Part.KEY.role()) || slot.role().equals(Part.VALUE.role());
    return slot.layer() < blocks.size() - 1 || mixed ? null : head.read(batch);
  }

  private Matrix apply(Ops ops, Block block, Matrix hidden, TokenBatch batch) {
    Matrix next = Matrix.of(ops.allocate(hidden.dtype(), hidden.rows(), hidden.cols()));
    block.forward(ops, hidden, batch.segments(), config, next);
    return next;
  }

  @Override
  public Model with(Map<String, Linear> replacements, Scope own) {
    Replacements.requireKnown(replacements, this);
    Replacements placed = Replacements.in(this, replacements, own, dtype());
    List<Block> replaced = new ArrayList<>();
    for (int block = 0; block < stored.size(); block++) {
      replaced.add(replace(stored.get(block), block, placed));
    }
    return new Encoder(
        config,
        info,
        prefix,
        own,
        embeddings.with(embeddings.input().with(inputNames(), placed)),
        replaced,
        head.with(replacements, own));
  }

  @Override
  public InputNames inputNames() {
    return Embeddings.names(prefix);
  }

  @Override
  public Model withInput(InputLayer other) {
    if (embeddings.projection() != null) {
      throw new InputException(
          "the embeddings of an " + info.architecture() + " are factored by its architecture");
    }
    Scope own = device().openScope();
    return new Encoder(
        config, info, prefix, own, embeddings.with(other.copyTo(own, dtype())), stored, head);
  }

  private DType dtype() {
    return embeddings.input().dtype();
  }

  @Override
  public Model copy() {
    return copy(dtype());
  }

  @Override
  public Model copy(DType dtype) {
    Scope own = device().openScope();
    List<Block> copies = new ArrayList<>();
    stored.forEach(block -> copies.add(block.copyTo(own, dtype)));
    return new Encoder(
        config, info, prefix, own, embeddings.copyTo(own, dtype), copies, head.copyTo(own, dtype));
  }

  private Block replace(Block block, int number, Replacements placed) {
    return new Block(
        placed.of(projectionNames(number), block.projections()),
        placed.of(slotName(number, Part.ATTENTION_OUTPUT), block.attentionOutput()),
        block.attentionNorm(),
        placed.of(slotName(number, Part.INTERMEDIATE), block.intermediate()),
        placed.of(slotName(number, Part.OUTPUT), block.output()),
        block.outputNorm());
  }

  private List<String> projectionNames(int number) {
    return Stream.of(Part.QUERY, Part.KEY, Part.VALUE).map(part -> slotName(number, part)).toList();
  }

  @Override
  public List<ModelPart> parts() {
    List<ModelPart> parts = new ArrayList<>();
    parts.addAll(embeddings.parts(prefix));
    blocks().forEach(block -> parts.addAll(block.parts()));
    parts.addAll(head.parts());
    return parts;
  }

  private List<ModelPart> blockParts(int number) {
    Block block = stored.get(number);
    LinearGroup projections = block.projections();
    return List.of(
        ModelPart.of(projections.members(), projections.weights(projectionNames(number))),
        part(number, Part.ATTENTION_OUTPUT, block.attentionOutput()),
        part(number, Part.ATTENTION_NORM, block.attentionNorm()),
        part(number, Part.INTERMEDIATE, block.intermediate()),
        part(number, Part.OUTPUT, block.output()),
        part(number, Part.OUTPUT_NORM, block.outputNorm()));
  }

  private ModelPart part(int number, Part part, Linear linear) {
    return ModelPart.of(slotName(number, part), linear);
  }

  private ModelPart part(int number, Part part, Norm norm) {
    return ModelPart.of(norm.weights(slotName(number, part)));
  }

  @Override
  public long flops(int length) {
    return embeddings.flops(length, (long) length * length)
        + blocks().stream().mapToLong(block -> block.flops(length)).sum()
        + head.flops();
  }

  @Override
  public void close() {
    scope.close();
  }
}
