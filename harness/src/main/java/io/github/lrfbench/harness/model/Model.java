package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A network with its weights on a device. Models are immutable: compression makes another model
 * that shares what it does not replace.
 */
public interface Model extends AutoCloseable {
  /** What the model is, apart from its weights. */
  ModelInfo info();

  /** Where the weights are. */
  Device device();

  /** The matrices that compression may replace, in the order of the forward pass. */
  List<LinearSlot> slots();

  /**
   * The tables of word embeddings, as maps whose inputs are words, that methods of such may
   * replace; what takes the place of one is a {@link io.github.lrfbench.harness.linear.Table}. None
   * where the input layer is no sum.
   */
  List<LinearSlot> tables();

  /** The head's matrices by the checkpoint's name of their modules; of a mean none. */
  Map<String, Linear> headLayers();

  /** The module of the matrix that gives the outputs, one of {@link #headLayers}; null for none. */
  String classifier();

  /** Heads of the attention of every block of which none is left out. */
  int heads();

  /** Dimensions of a head. */
  default int headSize() {
    return info().hiddenSize() / heads();
  }

  /** What follows the first of two layers of the head; NONE where it has no two. */
  Activation headActivation();

  /**
   * The forward pass.
   *
   * @param ops runs the operations; the result lives as long as it
   * @return [B, outputs]: logits, or the embeddings of a sentence encoder
   */
  Tensor forward(Ops ops, TokenBatch batch);

  /**
   * What {@link #forward} gives, for evaluation, which wants outputs alone: computed without what
   * they do not depend on, up to rounding the same. What is timed and trained is {@link #forward}.
   */
  default Tensor predict(Ops ops, TokenBatch batch) {
    return forward(ops, batch);
  }

  /**
   * The hidden states of the forward pass: the embeddings' output first, then every block's.
   *
   * @return each [T, H]
   */
  List<Tensor> hiddenStates(Ops ops, TokenBatch batch);

  /**
   * The first of the hidden states.
   *
   * @return [T, H]
   */
  Matrix embed(Ops ops, TokenBatch batch);

  /** What makes each of the hidden states of the one before it, in order. */
  List<ModelBlock> blocks();

  /** Whether blocks share their matrices, so that one is applied several times in a pass. */
  default boolean sharesBlocks() {
    return false;
  }

  /**
   * Checks that every block has matrices of its own.
   *
   * @param what is done block by block, for the complaint
   * @throws InputException if blocks share some
   */
  default void requireOwnBlocks(String what) {
    if (sharesBlocks()) {
      throw new InputException(
          what
              + ": not of this model, an "
              + info().architecture()
              + " whose blocks share matrices");
    }
  }

  /** What it is made of, but for a classifier's head. */
  Transformer transformer();

  /**
   * The rows of a slot's input that the output depends on. In the last block of a model whose head
   * reads one token of a sequence, all that follows the attention works on the other tokens for
   * nothing, and so do their queries.
   *
   * @return I32 numbers of rows; null for all
   */
  Tensor reached(LinearSlot slot, TokenBatch batch);

  /**
   * A model with other maps in some slots. It shares all other weights with this one and must be
   * closed first; the given maps are copied and may be freed after the call. Of adapters over maps
   * of this model only the adapters are copied.
   *
   * @param replacements maps by the name of a slot, a table or a layer of the head. Of the head's
   *     layers the width between them may be another; a classifier in two factors reads what the
   *     head reads, and there is no layer before it then
   */
  default Model with(Map<String, Linear> replacements) {
    return with(replacements, device().openScope());
  }

  /**
   * The same. Models that are made one of the other in one scope need not be closed but for the
   * last.
   *
   * @param own owns the copies; closed with the model
   */
  Model with(Map<String, Linear> replacements, Scope own);

  /** What checkpoints of the model call the modules of its input layer. */
  InputNames inputNames();

  /**
   * A model with another input layer, which is copied and may be freed after the call. It shares
   * all other weights with this one and must be closed first.
   *
   * @throws InputException if this model's embeddings cannot be of another kind
   */
  Model withInput(InputLayer other);

  /**
   * The same model with weights of its own, which may be trained and therefore repeat no others;
   * closed on its own.
   */
  Model copy();

  /** The same model with weights of its own in another type, in which it then computes. */
  Model copy(DType dtype);

  /**
   * The forward pass with its hidden states: those of {@link #hiddenStates}, which live as long as
   * the operations do.
   *
   * @param states receives them, each [T, H]
   */
  Tensor forward(Ops ops, TokenBatch batch, List<Tensor> states);

  /**
   * The forward pass from a block on.
   *
   * @param from the number of the block; that of blocks for the head alone
   * @param state what it reads, the hidden state of that number [T, H]
   */
  Tensor forwardFrom(Ops ops, TokenBatch batch, int from, Tensor state);

  /**
   * What a classifier's head makes of a hidden state, also of one that the blocks after it would
   * change: an exit (Teerapittayanon et al. 2016, "BranchyNet"). It reads the token that the head
   * reads, through the norm that stands before the head.
   *
   * @param number of the state: that of blocks for the one that the head itself reads
   * @param state the hidden state of that number [T, H]
   * @param maps that take the places of the head's matrices, by the names of {@link #headLayers}
   * @param y [B, outputs], modified; may be a slice of columns
   */
  void classify(
      Ops ops, TokenBatch batch, int number, Tensor state, Map<String, Linear> maps, Matrix y);

  /** What the model is made of, in the order of the forward pass. */
  List<ModelPart> parts();

  /**
   * Matrices of this model's own that still repeat other weights of it, by the names of their
   * modules: a head that was untied from the word embedding and has not been changed. A checkpoint
   * of the model does not hold them, and they count as no parameters.
   */
  default Map<String, Linear> repeated() {
    return Map.of();
  }

  /**
   * Modules that this model holds apart from weights that they repeat in another.
   *
   * @param original what this model was made of
   */
  default Set<String> untiedFrom(Model original) {
    Set<String> untied = new TreeSet<>(original.repeated().keySet());
    untied.removeAll(repeated().keySet());
    return untied;
  }

  /** Number of parameters: matrices as stored, biases, embeddings, norms and head. */
  default long parameters() {
    return parts().stream().mapToLong(ModelPart::parameters).sum();
  }

  /** All weights, as the model uses them, in the order of the forward pass. */
  default List<Parameter> weights() {
    return parts().stream().flatMap(part -> part.weights().stream()).toList();
  }

  /** Bytes of all parameters in the type that they have on the device. */
  default long bytes() {
    return parts().stream().mapToLong(ModelPart::bytes).sum();
  }

  /** All maps that can be replaced, in slots, tables and head, by the names of their modules. */
  default Map<String, Linear> linears() {
    Map<String, Linear> linears = new LinkedHashMap<>();
    tables().forEach(slot -> linears.put(slot.name(), slot.linear()));
    slots().forEach(slot -> linears.put(slot.name(), slot.linear()));
    linears.putAll(headLayers());
    return linears;
  }

  /**
   * Floating-point operations of a whole pass over a sequence: every block for every token, and the
   * head for what it gives in all, which of a language model is every token's logits. Only products
   * count: those with matrices, and in attentions those of tokens that see each other.
   *
   * @param length tokens
   */
  long flops(int length);

  /** Those of {@link #forward} alone, which may leave out what its result does not depend on. */
  default long forwardFlops(int length) {
    return flops(length);
  }

  @Override
  void close();
}
