package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.Map;

/** What turns hidden states into the model's output, [B, outputs]. */
sealed interface Head {
  /** Applies the head to hidden states [T, H]. */
  default Tensor forward(Ops ops, Matrix hidden, TokenBatch batch) {
    Tensor output = ops.allocate(hidden.dtype(), batch.segments().count(), outputs(hidden.cols()));
    forward(ops, hidden, batch, Matrix.of(output));
    return output;
  }

  /**
   * Applies the head.
   *
   * @param hidden [T, H]
   * @param y [B, outputs], modified; may be a slice of columns
   */
  void forward(Ops ops, Matrix hidden, TokenBatch batch, Matrix y);

  /** Width of the output over hidden states of a width. */
  int outputs(int hidden);

  /** I32 rows of the hidden states that it reads; null for all. */
  Tensor read(TokenBatch batch);

  /** Floating-point operations for one sequence. */
  long flops();

  /** What it is made of. */
  List<ModelPart> parts();

  /** What follows the first of two layers. */
  default Activation activation() {
    return Activation.NONE;
  }

  /** The matrices by the names of their modules. */
  Map<String, Linear> layers();

  /** The hidden states of the sequences' first tokens, [B, H]. */
  private static Matrix first(Ops ops, Matrix hidden, TokenBatch batch) {
    int sequences = batch.segments().count();
    Matrix first = Matrix.of(ops.allocate(hidden.dtype(), sequences, hidden.cols()));
    ops.gatherRows(hidden, batch.firstTokens(), first);
    return first;
  }

  /** The head of other matrices, by the names of their modules, which it does not own. */
  Head over(Map<String, Linear> maps);

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
      Linear pooler,
      Activation activation,
      Linear classifier,
      double firstDropout,
      double dropout)
      implements Head {
    @Override
    public void forward(Ops ops, Matrix hidden, TokenBatch batch, Matrix y) {
      int sequences = batch.segments().count();
      try (Ops frame = ops.frame()) {
        Matrix first = first(frame, hidden, batch);
        Matrix pooled = Matrix.of(frame.allocate(hidden.dtype(), sequences, pooler.outputs()));
        frame.apply(pooler, frame.dropout(first, firstDropout), activation, pooled);
        Matrix kept = frame.dropout(pooled, dropout);
        frame.apply(classifier, kept, Activation.NONE, y);
      }
    }

    @Override
    public int outputs(int hidden) {
      return classifier.outputs();
    }

    @Override
    public Head over(Map<String, Linear> maps) {
      return new Classifier(
          names,
          maps.getOrDefault(names.get(0), pooler),
          activation,
          maps.getOrDefault(names.get(1), classifier),
          firstDropout,
          dropout);
    }

    @Override
    public Tensor read(TokenBatch batch) {
      return batch.firstTokens();
    }

    @Override
    public long flops() {
      return pooler.flopsPerRow() + classifier.flopsPerRow();
    }

    @Override
    public List<ModelPart> parts() {
      return List.of(ModelPart.of(names.get(0), pooler), ModelPart.of(names.get(1), classifier));
    }

    @Override
    public Map<String, Linear> layers() {
      return Map.of(names.get(0), pooler, names.get(1), classifier);
    }

    @Override
    public Head with(Map<String, Linear> replacements, Scope scope) {
      Linear first = replacements.getOrDefault(names.get(0), pooler);
      Linear last = replacements.getOrDefault(names.get(1), classifier);
      DType dtype = pooler.dtype();
      // Two factors have their narrow layer between them; other forms where the widths say so.
      boolean direct = last.factors() != null || last.inputs() != first.outputs();
      if (first.inputs() != pooler.inputs()
          || last.inputs() != (direct ? pooler.inputs() : first.outputs())
          || last.outputs() != classifier.outputs()
          || direct && replacements.containsKey(names.get(0))) {
        throw new IllegalArgumentException("the layers of the head do not fit");
      }
      if (direct) {
        return new Direct(names.get(1), last.copyTo(scope, dtype), dropout);
      }
      return new Classifier(
          names,
          first == pooler ? pooler : first.copyTo(scope, dtype),
          activation,
          last == classifier ? classifier : last.copyTo(scope, dtype),
          firstDropout,
          dropout);
    }

    @Override
    public Head copyTo(Scope scope, DType dtype) {
      return new Classifier(
          names,
          pooler.copyTo(scope, dtype),
          activation,
          classifier.copyTo(scope, dtype),
          firstDropout,
          dropout);
    }
  }

  /**
   * A classifier over the first token itself, without a layer before it.
   *
   * @param name of the module in a checkpoint
   * @param classifier from H to the labels
   * @param dropout rate in training before it
   */
  record Direct(String name, Linear classifier, double dropout) implements Head {
    @Override
    public void forward(Ops ops, Matrix hidden, TokenBatch batch, Matrix y) {
      try (Ops frame = ops.frame()) {
        Matrix first = first(frame, hidden, batch);
        Matrix kept = frame.dropout(first, dropout);
        frame.apply(classifier, kept, Activation.NONE, y);
      }
    }

    @Override
    public int outputs(int hidden) {
      return classifier.outputs();
    }

    @Override
    public Head over(Map<String, Linear> maps) {
      return new Direct(name, maps.getOrDefault(name, classifier), dropout);
    }

    @Override
    public Tensor read(TokenBatch batch) {
      return batch.firstTokens();
    }

    @Override
    public long flops() {
      return classifier.flopsPerRow();
    }

    @Override
    public List<ModelPart> parts() {
      return List.of(ModelPart.of(name, classifier));
    }

    @Override
    public Map<String, Linear> layers() {
      return Map.of(name, classifier);
    }

    @Override
    public Head with(Map<String, Linear> replacements, Scope scope) {
      Linear other = replacements.get(name);
      if (other == null) {
        return this;
      }
      if (other.inputs() != classifier.inputs() || other.outputs() != classifier.outputs()) {
        throw new IllegalArgumentException("the layers of the head do not fit");
      }
      DType dtype = classifier.dtype();
      return new Direct(name, other.copyTo(scope, dtype), dropout);
    }

    @Override
    public Head copyTo(Scope scope, DType dtype) {
      return new Direct(name, classifier.copyTo(scope, dtype), dropout);
    }
  }

  /**
   * Sentence embeddings: what the modes make of the token embeddings, side by side.
   *
   * @param modes one or more
   */
  record Pooling(List<PoolingMode> modes) implements Head {
    @Override
    public void forward(Ops ops, Matrix hidden, TokenBatch batch, Matrix y) {
      int h = hidden.cols();
      for (int i = 0; i < modes.size(); i++) {
        Matrix part = y.columns(i * h, (i + 1) * h);
        switch (modes.get(i)) {
          case CLS -> ops.gatherRows(hidden, batch.firstTokens(), part);
          case MEAN -> ops.meanPool(hidden, batch.segments(), part);
          case LAST_TOKEN -> ops.gatherRows(hidden, batch.lastTokens(), part);
        }
      }
    }

    @Override
    public int outputs(int hidden) {
      return modes.size() * hidden;
    }

    @Override
    public Head over(Map<String, Linear> maps) {
      return this;
    }

    @Override
    public Tensor read(TokenBatch batch) {
      if (modes.size() > 1) {
        return null;
      }
      return switch (modes.get(0)) {
        case CLS -> batch.firstTokens();
        case MEAN -> null;
        case LAST_TOKEN -> batch.lastTokens();
      };
    }

    @Override
    public long flops() {
      return 0;
    }

    @Override
    public List<ModelPart> parts() {
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
