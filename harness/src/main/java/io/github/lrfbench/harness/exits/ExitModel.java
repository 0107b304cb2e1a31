package io.github.lrfbench.harness.exits;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A classifier with exits. Its own pass is that of the model without them; {@link EarlyExit} uses
 * them. They are stored and copied with the model, and stay as they are where its matrices are
 * replaced or only its own weights are trained: they read its hidden states.
 */
public final class ExitModel extends ModelOver {
  private final Exits exits;

  /** Owns the exits; null where those are another model's. */
  private final Scope own;

  private ExitModel(Model base, Exits exits, Scope own) {
    super(base);
    this.exits = exits;
    this.own = own;
  }

  /**
   * A model with the exits that its checkpoint holds; takes the model's place.
   *
   * @param base closed if that fails
   * @throws InputException if an exit is missing or does not fit
   */
  public static ExitModel read(Model base, ExitTraining training, WeightSource weights) {
    return with(base, scope -> Exits.read(training, base, weights, scope));
  }

  /**
   * A model with exits that are yet to be trained; takes the model's place.
   *
   * @param base closed if that fails
   * @throws InputException if it can have none
   */
  public static ExitModel draw(Model base, ExitTraining training, long seed) {
    return with(base, scope -> Exits.draw(training, base, seed, scope));
  }

  private interface Maker {
    Exits make(Scope scope);
  }

  private static ExitModel with(Model base, Maker maker) {
    Scope scope = base.device().openScope();
    try {
      return new ExitModel(base, maker.make(scope), scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      base.close();
      throw e;
    }
  }

  /** How the exits were trained. */
  public ExitTraining training() {
    return exits.training();
  }

  /** The weights that the exits' training changes. */
  public List<Parameter> trained() {
    List<Parameter> ofExits = exits.weights();
    return exits.training() == ExitTraining.JOINT
        ? Stream.concat(base().weights().stream(), ofExits.stream()).toList()
        : ofExits;
  }

  @Override
  public Tensor predict(Ops ops, TokenBatch batch) {
    return base().predict(ops, batch);
  }

  /** The exits are parts too, which are trained on their own only. */
  @Override
  public List<ModelPart> parts() {
    List<ModelPart> parts = new ArrayList<>(base().parts());
    for (ModelPart part : exits.parts()) {
      List<Parameter> frozen = part.weights().stream().map(Parameter::frozen).toList();
      parts.add(new ModelPart(frozen, part.parameters(), part.bytes()));
    }
    return parts;
  }

  /**
   * The logits, or the score, of an exit.
   *
   * @param blocks after how many it is, from 1; the last is the model's own head
   * @param state the hidden state of that number
   * @param y [B, outputs], modified; may be a slice of columns
   */
  void exit(Ops ops, TokenBatch batch, int blocks, Tensor state, Matrix y) {
    classify(ops, batch, blocks, state, exits.after(blocks), y);
  }

  /** How many outputs an exit has. */
  int outputs() {
    return headLayers().get(classifier()).outputs();
  }

  /** Floating-point operations of the exit after so many blocks for one sequence. */
  long exitFlops(int blocks) {
    Map<String, Linear> maps = exits.after(blocks);
    return headLayers().entrySet().stream()
        .mapToLong(own -> maps.getOrDefault(own.getKey(), own.getValue()).flopsPerRow())
        .sum();
  }

  @Override
  public Model with(Map<String, Linear> replacements, Scope own) {
    if (!Collections.disjoint(replacements.keySet(), headLayers().keySet())) {
      throw new InputException(
          "the model has early exits, which are made like its head: the head cannot be replaced");
    }
    return new ExitModel(base().with(replacements, own), exits, null);
  }

  @Override
  public Model withInput(InputLayer other) {
    return new ExitModel(base().withInput(other), exits, null);
  }

  @Override
  public Model copy() {
    return copied(base().copy());
  }

  @Override
  public Model copy(DType dtype) {
    return copied(base().copy(dtype));
  }

  private ExitModel copied(Model copy) {
    DType dtype = copy.headLayers().get(classifier()).dtype();
    return with(copy, scope -> exits.copyTo(scope, dtype));
  }

  @Override
  public void close() {
    base().close();
    if (own != null) {
      own.close();
    }
  }
}
