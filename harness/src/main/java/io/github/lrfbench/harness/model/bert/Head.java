package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/** What turns hidden states into the model's output, [B, outputs]. */
sealed interface Head {
  /** Applies the head to hidden states [T, H]. */
  Tensor forward(Ops ops, Matrix hidden, TokenBatch batch);

  /** Floating-point operations for one sequence. */
  long flops();

  /**
   * A layer over the first token, then the classifier: BERT's pooler, RoBERTa's and DistilBERT's
   * own layer.
   *
   * @param pooler from H to H
   * @param activation after the pooler
   * @param classifier from H to the labels
   */
  record Classifier(DenseLinear pooler, Activation activation, DenseLinear classifier)
      implements Head {
    @Override
    public Tensor forward(Ops ops, Matrix hidden, TokenBatch batch) {
      int sequences = batch.segments().count();
      Tensor logits = ops.allocate(DType.F32, sequences, classifier.outputs());
      try (Ops frame = ops.frame()) {
        Matrix first = Matrix.of(frame.allocate(DType.F32, sequences, hidden.cols()));
        frame.gatherRows(hidden, batch.firstTokens(), first);
        Matrix pooled = Matrix.of(frame.allocate(DType.F32, sequences, pooler.outputs()));
        pooler.forward(frame, first, activation, pooled);
        classifier.forward(frame, pooled, Activation.NONE, Matrix.of(logits));
      }
      return logits;
    }

    @Override
    public long flops() {
      return pooler.flopsPerRow() + classifier.flopsPerRow();
    }
  }

  /** The mean of the token embeddings (Reimers and Gurevych 2019). */
  record MeanPooling() implements Head {
    @Override
    public Tensor forward(Ops ops, Matrix hidden, TokenBatch batch) {
      Tensor mean = ops.allocate(DType.F32, batch.segments().count(), hidden.cols());
      ops.meanPool(hidden, batch.segments(), Matrix.of(mean));
      return mean;
    }

    @Override
    public long flops() {
      return 0;
    }
  }
}
