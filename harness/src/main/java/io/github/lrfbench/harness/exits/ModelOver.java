package io.github.lrfbench.harness.exits;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.Transformer;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.Map;

/** A model that is another one but for what its subclasses say. */
abstract class ModelOver implements Model {
  private final Model base;

  ModelOver(Model base) {
    this.base = base;
  }

  final Model base() {
    return base;
  }

  @Override
  public ModelInfo info() {
    return base.info();
  }

  @Override
  public Device device() {
    return base.device();
  }

  @Override
  public List<LinearSlot> slots() {
    return base.slots();
  }

  @Override
  public List<LinearSlot> tables() {
    return base.tables();
  }

  @Override
  public Map<String, Linear> headLayers() {
    return base.headLayers();
  }

  @Override
  public String classifier() {
    return base.classifier();
  }

  @Override
  public int heads() {
    return base.heads();
  }

  @Override
  public Activation headActivation() {
    return base.headActivation();
  }

  @Override
  public Tensor forward(Ops ops, TokenBatch batch) {
    return base.forward(ops, batch);
  }

  @Override
  public List<Tensor> hiddenStates(Ops ops, TokenBatch batch) {
    return base.hiddenStates(ops, batch);
  }

  @Override
  public Matrix embed(Ops ops, TokenBatch batch) {
    return base.embed(ops, batch);
  }

  @Override
  public boolean sharesBlocks() {
    return base.sharesBlocks();
  }

  @Override
  public Transformer transformer() {
    return base.transformer();
  }

  @Override
  public InputNames inputNames() {
    return base.inputNames();
  }

  @Override
  public List<ModelBlock> blocks() {
    return base.blocks();
  }

  @Override
  public Tensor reached(LinearSlot slot, TokenBatch batch) {
    return base.reached(slot, batch);
  }

  @Override
  public Tensor forward(Ops ops, TokenBatch batch, List<Tensor> states) {
    return base.forward(ops, batch, states);
  }

  @Override
  public Tensor forwardFrom(Ops ops, TokenBatch batch, int from, Tensor state) {
    return base.forwardFrom(ops, batch, from, state);
  }

  @Override
  public void classify(
      Ops ops, TokenBatch batch, int number, Tensor state, Map<String, Linear> maps, Matrix y) {
    base.classify(ops, batch, number, state, maps, y);
  }

  @Override
  public List<ModelPart> parts() {
    return base.parts();
  }

  @Override
  public Map<String, Linear> repeated() {
    return base.repeated();
  }

  @Override
  public long flops(int length) {
    return base.flops(length);
  }

  @Override
  public long forwardFlops(int length) {
    return base.forwardFlops(length);
  }

  @Override
  public void close() {
    base.close();
  }
}
