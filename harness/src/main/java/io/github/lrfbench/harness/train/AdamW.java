package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.AdamWStep;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019) over a model's parameters. */
public final class AdamW implements AutoCloseable {
  /** A tensor that is trained, and its running means. */
  private record State(Tensor parameter, Tensor mean, Tensor square, boolean decays) {}

  private final Device device;
  private final AdamWSettings settings;
  private final GradientBuffers gradients;
  private final Scope scope;
  private final List<State> states = new ArrayList<>();
  private long step;

  /**
   * An optimizer before its first step.
   *
   * @param decayAll whether vectors decay too
   */
  public AdamW(
      Device device,
      List<Parameter> parameters,
      GradientBuffers gradients,
      AdamWSettings settings,
      boolean decayAll) {
    this.device = device;
    this.settings = settings;
    this.gradients = gradients;
    this.scope = device.openScope();
    Map<Tensor, Boolean> decays = new IdentityHashMap<>();
    for (Parameter parameter : parameters) {
      decays.put(parameter.value().data(), decayAll || parameter.storage() != Storage.VECTOR);
    }
    for (Tensor tensor : gradients.tensors()) {
      long[] dims = tensor.shape().toArray();
      Tensor mean = scope.zeros(tensor.dtype(), dims);
      Tensor square = scope.zeros(tensor.dtype(), dims);
      states.add(new State(tensor, mean, square, decays.get(tensor)));
    }
  }

  /**
   * One step along the gradients.
   *
   * @param gradientScale what they are multiplied by first
   */
  public void step(double learningRate, double gradientScale) {
    step++;
    for (State state : states) {
      AdamWStep numbers =
          new AdamWStep(
              step,
              learningRate,
              settings.beta1(),
              settings.beta2(),
              settings.epsilon(),
              state.decays ? settings.weightDecay() : 0,
              gradientScale);
      device
          .gradients()
          .adamW(state.parameter, gradients.of(state.parameter), state.mean, state.square, numbers);
    }
  }

  /** Number of steps done. */
  public long steps() {
    return step;
  }

  /** The running means of every trained tensor: mean, square, mean, square, ... */
  List<Tensor> state() {
    List<Tensor> tensors = new ArrayList<>();
    for (State state : states) {
      tensors.add(state.mean);
      tensors.add(state.square);
    }
    return tensors;
  }

  /** Goes on from a saved state, whose running means have been copied into {@link #state()}. */
  void resumeAt(long stepsDone) {
    step = stepsDone;
  }

  @Override
  public void close() {
    scope.close();
  }
}
