package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.onnx.TracedTensors.Rows;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes models as ONNX files, with the standard operators only: what a model computes in a pass,
 * in whatever form its matrices are, in single precision.
 */
public final class OnnxExport {
  /** A traced pass reads two sequences of so many tokens. */
  private static final int SEQUENCES = 2;

  private static final int LENGTH = 3;

  private OnnxExport() {}

  /**
   * Writes a model for batches of any texts, with the inputs that models of transformers have:
   * {@code input_ids}, {@code attention_mask}, which is 0 where a text is filled up on the right,
   * and, where the model has several token types, {@code token_type_ids}; all of [batch, sequence].
   * The output {@code logits} is [batch, labels], and of a language model [batch, sequence,
   * vocabulary]; a sentence encoder's is {@code sentence_embedding}.
   *
   * @param file appears whole or not at all
   * @throws io.github.lrfbench.kernels.InputException if ONNX has no place for a form, or it cannot
   *     be written
   */
  public static void write(Model model, Path file) {
    write(model, file, true);
  }

  /**
   * Writes a model for batches of texts of one length, as {@link Model#forward} computes: without a
   * mask, and of a language model the logits of the token that follows each text only.
   *
   * @param file appears whole or not at all
   * @throws io.github.lrfbench.kernels.InputException as of the other method
   */
  public static void writeForward(Model model, Path file) {
    write(model, file, false);
  }

  private static void write(Model model, Path file, boolean whole) {
    OnnxGraph graph = new OnnxGraph();
    try (Scope scope = model.device().openScope()) {
      trace(model, scope, graph, whole);
    }
    WholeFile.writeBytes(file, graph::write);
  }

  private static void trace(Model model, Scope scope, OnnxGraph graph, boolean whole) {
    ModelInfo info = model.info();
    TokenBatch batch = batch(scope, info);
    TracedTensors tensors = new TracedTensors(graph, batch.tokens(), SEQUENCES);
    Inputs inputs = new Inputs(graph, batch, info.padding(), whole);
    try (OnnxOps ops =
        new OnnxOps(
            graph, tensors, new Weights(graph, model), inputs, model.device().openScope())) {
      boolean everyToken = whole && info.output() == ModelInfo.Output.NEXT_TOKEN;
      Tensor output =
          everyToken
              ? ((CausalModel) model).logits(ops, ((CausalModel) model).states(ops, batch))
              : model.forward(ops, batch);
      Matrix logits = Matrix.of(output);
      String name = info.output() == ModelInfo.Output.EMBEDDING ? "sentence_embedding" : "logits";
      Object[] axes =
          tensors.rows(logits) == Rows.TOKENS
              ? new Object[] {"batch", "sequence", logits.cols()}
              : new Object[] {"batch", logits.cols()};
      graph.output(name, tensors.read(logits), axes);
    }
  }

  /** Any will do that has all that can matter: a token that the model takes for padding. */
  private static TokenBatch batch(Scope scope, ModelInfo info) {
    int[] ids = new int[LENGTH];
    Arrays.fill(ids, info.padding() == 0 ? 1 : 0);
    ids[LENGTH - 1] = Math.max(info.padding(), 0);
    TokenSequence sequence = new TokenSequence(ids, new int[LENGTH]);
    return TokenBatch.of(scope, List.of(sequence, sequence), info);
  }
}
