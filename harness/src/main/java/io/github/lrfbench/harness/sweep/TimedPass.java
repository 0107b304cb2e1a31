package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.measure.FastestForms;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.KeyValueCache;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;

/**
 * A pass of a model that is captured when it is first run, so that the first call is as slow as a
 * user's, and replayed from then on. It always does the same work.
 */
public final class TimedPass implements Runnable, AutoCloseable {
  private final Model model;
  private final LatencyKind kind;
  private final int sequences;
  private final int length;
  private final long mostCopied;
  private final Scope scope;
  private TokenBatch batch;
  private KeyValueCache cache;
  private long cacheBytes;
  private FastestForms forms;
  private CapturedGraph graph;

  /**
   * A pass.
   *
   * @param model a language model, but for forward passes
   * @param sequences of one length, of which a decoding pass reads the last tokens
   * @param mostCopied bytes of weights that may be held in another form, see {@link
   *     io.github.lrfbench.kernels.Device#capture(Runnable, long)}
   */
  TimedPass(Model model, LatencyKind kind, List<TokenSequence> sequences, long mostCopied) {
    this.model = model;
    this.kind = kind;
    this.mostCopied = mostCopied;
    this.scope = model.device().openScope();
    this.sequences = sequences.size();
    this.length = sequences.get(0).length();
    int read = kind == LatencyKind.DECODE ? length - 1 : length;
    try {
      batch =
          TokenBatch.of(
              scope, sequences.stream().map(s -> beginning(s, read)).toList(), model.info());
      if (kind != LatencyKind.FORWARD) {
        fillCache((CausalModel) model, sequences, read);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Opens the cache and, to decode, fills it up to the last token. */
  private void fillCache(CausalModel causal, List<TokenSequence> sequences, int read) {
    long before = model.device().memory().currentBytes();
    cache = causal.openCache(sequences.size(), sequences.get(0).length());
    cacheBytes = model.device().memory().currentBytes() - before;
    int[] lengths = new int[sequences.size()];
    Arrays.fill(lengths, read);
    cache.fill(lengths);
    if (kind == LatencyKind.DECODE) {
      try (Ops ops = new EagerOps(model.device())) {
        causal.prefill(ops, batch, cache);
        model.device().synchronize();
      }
      cache.extend(sequences.stream().mapToInt(s -> s.ids()[read]).toArray());
    }
  }

  private static TokenSequence beginning(TokenSequence sequence, int length) {
    return new TokenSequence(
        Arrays.copyOf(sequence.ids(), length), Arrays.copyOf(sequence.types(), length));
  }

  Model model() {
    return model;
  }

  /** What the pass keeps between calls beside the model's weights: its cache of keys and values. */
  long cacheBytes() {
    return cacheBytes;
  }

  /** Chooses the forms that its layers have, where any may be multiplied out. */
  TimedPass withFastestForms() {
    if (model.slots().stream().anyMatch(slot -> !slot.linear().expansions().isEmpty())) {
      forms = FastestForms.of(model.device(), this::run);
    }
    return this;
  }

  /** How many matrices are multiplied out. */
  int expanded() {
    return forms == null ? 0 : forms.expanded();
  }

  /** Bytes of these, beside the model's own. */
  long expandedBytes() {
    return forms == null ? 0 : forms.bytes();
  }

  /** Floating-point operations for each sequence. */
  public long flops() {
    long added = forms == null ? 0 : forms.addedFlops() / sequences;
    return added + ownFlops();
  }

  private long ownFlops() {
    return switch (kind) {
      case FORWARD -> model.forwardFlops(length);
      case PREFILL -> ((CausalModel) model).prefillFlops(length);
      case DECODE -> ((CausalModel) model).decodeFlops(length);
    };
  }

  @Override
  public void run() {
    replay();
    model.device().synchronize();
  }

  void replay() {
    if (graph == null) {
      graph = model.device().capture(this::enqueue, mostCopied);
    } else {
      graph.replay();
    }
  }

  /** Does the work without capturing it. */
  public void enqueue() {
    Ops eager = new EagerOps(model.device());
    try (Ops ops = forms == null ? eager : forms.ops(eager)) {
      run(ops);
    }
  }

  private void run(Ops ops) {
    switch (kind) {
      case FORWARD -> model.forward(ops, batch);
      case PREFILL -> ((CausalModel) model).prefill(ops, batch, cache);
      case DECODE -> ((CausalModel) model).decode(ops, cache);
    }
  }

  @Override
  public void close() {
    if (graph != null) {
      graph.close();
    }
    if (cache != null) {
      cache.close();
    }
    if (forms != null) {
      forms.close();
    }
    scope.close();
  }
}
