package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import java.util.List;
import java.util.Map;

/**
 * What can be measured of a model to choose points by. A method has what the policies that it
 * allows ask for.
 */
public interface Evidence {
  /** By slot the mean squared gradient of the outputs. */
  default Map<String, Double> sensitivities() {
    throw absent("gradients");
  }

  /** Of every matrix the points with the mean squared errors of its outputs. */
  default List<OperatingPoints> outputs() {
    throw absent("errors of outputs");
  }

  /** Of every matrix the points with the errors that the budget's share is of. */
  default List<OperatingPoints> energies() {
    throw absent("errors of shares");
  }

  /** What single cuts do to the loss. */
  default List<Probe> probes() {
    throw absent("probes");
  }

  /** How long products of the matrices' shapes take. */
  default MeasuredCost times() {
    throw absent("times");
  }

  /** How many blocks the model has. */
  default int blocks() {
    throw absent("blocks");
  }

  /** Of every block how much it changes its inputs: the mean of 1 − cos. */
  default double[] influence() {
    throw absent("influence of blocks");
  }

  /** What models with other matrices do. */
  default ModelTrials trials() {
    throw absent("trials");
  }

  /** By slot what taking away each point's part changes the loss by, to first order. */
  default Map<String, double[]> changes() {
    throw absent("changes of the loss");
  }

  /** Is told what the allocation found out. */
  default void note(String name, String value) {}

  private static IllegalStateException absent(String what) {
    return new IllegalStateException("the method has no " + what + " to choose points by");
  }
}
