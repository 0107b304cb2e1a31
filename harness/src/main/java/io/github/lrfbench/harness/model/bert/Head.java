package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What turns hidden states into the model's output, [B, outputs]. */
sealed interface Head {
  /** Applies the head to hidden states [T, H]. */
  Tensor forward(Ops ops, Matrix hidden, TokenBatch batch);

  /** Floating-point operations for one sequence. */
  long flops();

  /** The parameters. */
  List<Parameter> weights();

  /** The matrices by the names of their modules. */
  Map<String, Linear> layers();

  /** The head with other matrices, by the names of their modules; other names are ignored. */
  Head with(Map<String, Linear> replacements, Scope scope);

  /** The same head in memory of another scope, its numbers in a type. */
  Head copyTo(Scope scope, DType dtype);

  /**
   * A layer over the first token, then the classifier: BERT's pooler, RoBERTa's and DistilBERT's
   * own layer.
   *
   * @param names of the modules in a checkpoint: pooler, classifier
   * @param pooler from H to H
   * @param activation after the pooler
   * @param classifier from H to the labels
   * @param firstDropout rate in training before the pooler
   * @param dropout rate in training after it
   */
  record Classifier(
      List<String> names,
      DenseLinear pooler,
      Activation activation,
      DenseLinear classifier,
      double firstDropout,
      double dropout)
      implements Head {
    @Override
    public Tensor forward(Ops ops, Matrix hidden, TokenBatch batch) {
      int sequences = batch.segments().count();
      Tensor logits = ops.allocate(hidden.dtype(), sequences, classifier.outputs());
      try (Ops frame = ops.frame()) {
        Matrix first = Matrix.of(frame.allocate(hidden.dtype(), sequences, hidden.cols()));
        frame.gatherRows(hidden, batch.firstTokens(), first);
        Matrix pooled = Matrix.of(frame.allocate(hidden.dtype(), sequences, pooler.outputs()));
        pooler.forward(frame, frame.dropout(first, firstDropout), activation, pooled);
        Matrix kept = frame.dropout(pooled, dropout);
        classifier.forward(frame, kept, Activation.NONE, Matrix.of(logits));
      }
      return logits;
    }

    @Override
    public long flops() {
      return pooler.flopsPerRow() + classifier.flopsPerRow();
    }

    @Override
    public List<Parameter> weights() {
      List<Parameter> weights = new ArrayList<>(pooler.weights(names.get(0)));
      weights.addAll(classifier.weights(names.get(1)));
      return weights;
    }

    @Override
    public Map<String, Linear> layers() {
      return Map.of(names.get(0), pooler, names.get(1), classifier);
    }

    @Override
    public Head with(Map<String, Linear> replacements, Scope scope) {
      return new Classifier(
          names,
          replace(pooler, replacements.get(names.get(0)), scope),
          activation,
          replace(classifier, replacements.get(names.get(1)), scope),
          firstDropout,
          dropout);
    }

    private static DenseLinear replace(DenseLinear present, Linear replacement, Scope scope) {
      if (replacement == null) {
        return present;
      }
      if (replacement.outputs() != present.outputs() || replacement.inputs() != present.inputs()) {
        throw new IllegalArgumentException("a layer of the head has another size");
      }
      return (DenseLinear) replacement.copyTo(scope, present.weight().dtype());
    }

    @Override
    public Head copyTo(Scope scope, DType dtype) {
      return new Classifier(
          names,
          (DenseLinear) pooler.copyTo(scope, dtype),
          activation,
          (DenseLinear) classifier.copyTo(scope, dtype),
          firstDropout,
          dropout);
    }
  }

  /** The mean of the token embeddings (Reimers and Gurevych 2019). */
  record MeanPooling() implements Head {
    @Override
    public Tensor forward(Ops ops, Matrix hidden, TokenBatch batch) {
      Tensor mean = ops.allocate(hidden.dtype(), batch.segments().count(), hidden.cols());
      ops.meanPool(hidden, batch.segments(), Matrix.of(mean));
      return mean;
    }

    @Override
    public long flops() {
      return 0;
    }

    @Override
    public List<Parameter> weights() {
      return List.of();
    }

    @Override
    public Map<String, Linear> layers() {
      return Map.of();
    }

    @Override
    public Head with(Map<String, Linear> replacements, Scope scope) {
      return this;
    }

    @Override
    public Head copyTo(Scope scope, DType dtype) {
      return this;
    }
  }
}
