package io.github.lrfbench.harness.exits;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.exits.ExitPolicy.Judge;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model whose pass over a sequence stops at the first exit that a policy takes. Of a batch the
 * sequences that go on are gathered after every block, so that each gives what it gives alone. It
 * counts where they stop.
 */
public final class EarlyExit extends ModelOver {
  private final ExitModel model;
  private final ExitPolicy policy;
  private final ExitTally tally;

  /**
   * A model under a policy.
   *
   * @param model which must have exits; closed by who has opened it
   * @throws InputException if it has none, or the policy does not fit it
   */
  public EarlyExit(Model model, ExitPolicy policy) {
    super(model);
    if (!(model instanceof ExitModel exits)) {
      throw new InputException(
          "--exit "
              + policy.text()
              + ": the model has no early exits; finetune --exits makes some");
    }
    policy.require(model.info(), model.blocks().size());
    this.model = exits;
    this.policy = policy;
    this.tally = new ExitTally(model.blocks().size());
  }

  /** How the exits were trained. */
  public ExitTraining training() {
    return model.training();
  }

  /** Where the sequences of all passes have stopped. */
  public ExitTally tally() {
    return tally;
  }

  /** A sequence on its way. */
  private record Traveller(int row, int length, Judge judge) {}

  @Override
  public Tensor forward(Ops ops, TokenBatch batch) {
    float[][] outputs = new float[batch.segments().count()][];
    try (Scope scope = device().openScope();
        Ops frame = ops.frame()) {
      go(frame, scope, batch, outputs);
    }
    int width = model.outputs();
    Tensor result = ops.allocate(DType.F32, outputs.length, width);
    for (int i = 0; i < outputs.length; i++) {
      result.write((long) i * width, outputs[i], 0, width);
    }
    return result;
  }

  private void go(Ops ops, Scope scope, TokenBatch whole, float[][] outputs) {
    List<ModelBlock> blocks = blocks();
    TokenBatch batch = whole;
    List<Traveller> travellers = new ArrayList<>();
    for (int length : whole.lengths()) {
      travellers.add(new Traveller(travellers.size(), length, policy.judge()));
    }
    Matrix state = embed(ops, batch);
    for (int done = 1; done < blocks.size(); done++) {
      state = blocks.get(done - 1).forward(ops, batch, state);
      if (!policy.looksAt(done)) {
        continue;
      }
      Tensor logits = ops.allocate(state.dtype(), travellers.size(), model.outputs());
      model.exit(ops, batch, done, state.data(), Matrix.of(logits));
      List<Traveller> further = stop(done, travellers, logits, outputs);
      if (further.isEmpty()) {
        return;
      }
      if (further.size() < travellers.size()) {
        boolean[] stays = new boolean[travellers.size()];
        for (int i = 0; i < stays.length; i++) {
          stays[i] = further.contains(travellers.get(i));
        }
        state = gather(ops, scope, state, travellers, stays);
        List<TokenSequence> sequences = batch.sequences();
        batch =
            TokenBatch.of(
                scope,
                IntStream.range(0, stays.length)
                    .filter(i -> stays[i])
                    .mapToObj(sequences::get)
                    .toList(),
                info());
        travellers = further;
      }
    }
    Tensor logits = model.forwardFrom(ops, batch, blocks.size() - 1, state.data());
    for (int i = 0; i < travellers.size(); i++) {
      finish(blocks.size(), travellers.get(i), row(logits, i), outputs);
    }
  }

  /** Takes down what stops; returns what goes on. */
  private List<Traveller> stop(
      int done, List<Traveller> travellers, Tensor logits, float[][] outputs) {
    List<Traveller> further = new ArrayList<>();
    for (int i = 0; i < travellers.size(); i++) {
      Traveller traveller = travellers.get(i);
      float[] row = row(logits, i);
      requireNumbers(done, row);
      if (traveller.judge.stops(done, row)) {
        finish(done, traveller, row, outputs);
      } else {
        further.add(traveller);
      }
    }
    return further;
  }

  private float[] row(Tensor logits, int i) {
    float[] row = new float[model.outputs()];
    logits.read((long) i * row.length, row, 0, row.length);
    return row;
  }

  /** Of what is no number nobody can tell whether to stop. */
  private static void requireNumbers(int done, float[] outputs) {
    for (float output : outputs) {
      if (Float.isNaN(output) || output == Float.POSITIVE_INFINITY) {
        throw new InputException(
            "the exit after block " + done + " gives " + output + ", which is no number");
      }
    }
  }

  private void finish(int done, Traveller traveller, float[] row, float[][] outputs) {
    outputs[traveller.row] = row;
    tally.add(done, flops(traveller.length, done), base().forwardFlops(traveller.length));
  }

  /**
   * Floating-point operations for a sequence that stops after a block: of the blocks before, and of
   * the exits that are looked at.
   */
  long flops(int length, int done) {
    List<ModelBlock> blocks = blocks();
    int last = blocks.size();
    long exits =
        IntStream.rangeClosed(1, Math.min(done, last - 1))
            .filter(policy::looksAt)
            .mapToLong(model::exitFlops)
            .sum();
    return done == last
        ? exits + base().forwardFlops(length)
        : exits + blocks.subList(0, done).stream().mapToLong(block -> block.flops(length)).sum();
  }

  /** The rows of the sequences that stay. */
  private static Matrix gather(
      Ops ops, Scope scope, Matrix state, List<Traveller> travellers, boolean[] stays) {
    List<Integer> rows = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < stays.length; i++) {
      int end = offset + travellers.get(i).length;
      if (stays[i]) {
        IntStream.range(offset, end).forEach(rows::add);
      }
      offset = end;
    }
    Matrix kept = Matrix.of(ops.allocate(state.dtype(), rows.size(), state.cols()));
    int[] numbers = rows.stream().mapToInt(row -> row).toArray();
    ops.gatherRows(state, scope.ints(numbers, numbers.length), kept);
    return kept;
  }

  @Override
  public Model with(Map<String, Linear> replacements, Scope own) {
    return new EarlyExit(base().with(replacements, own), policy);
  }

  @Override
  public Model withInput(InputLayer other) {
    return new EarlyExit(base().withInput(other), policy);
  }

  @Override
  public Model copy() {
    return new EarlyExit(base().copy(), policy);
  }

  @Override
  public Model copy(DType dtype) {
    return new EarlyExit(base().copy(dtype), policy);
  }

  /** Closes nothing: the model is another's. */
  @Override
  public void close() {}
}
