package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Trains a model's {@link SafeEmbeddings}, and no other weights, to give the hidden states that
 * another model's embeddings give: the mean square of what is between them is minimized. Where a
 * head is tied to the words, its rows of the texts' words are to be that model's words as well, and
 * the mean squares are added up. No labels are needed, and no block is run.
 */
public final class InputTraining {
  private static final int BATCH_SIZE = 32;

  /** Weights do not decay: rows of words that no text has would shrink beside the others. */
  private static final AdamWSettings OPTIMIZER = new AdamWSettings(0.9, 0.999, 1e-8, 0);

  private final Model student;
  private final SafeEmbeddings trained;
  private final Model teacher;
  private final Table words;
  private final List<TokenSequence> texts;

  private InputTraining(Model student, Model teacher, Table words, List<TokenSequence> texts) {
    this.student = student;
    this.trained = (SafeEmbeddings) student.transformer().input();
    this.teacher = teacher;
    this.words = words;
    this.texts = texts;
  }

  /**
   * How embeddings are trained.
   *
   * @param steps of 32 texts each
   * @param learningRate the largest
   * @param seed of the order of texts
   */
  public record Settings(int steps, double learningRate, long seed) {}

  /**
   * Trains in place.
   *
   * @param student has such embeddings, and owns its weights
   * @param teacher gives the hidden states
   * @param words the teacher's
   * @param texts whose tokens are embedded, at least one
   * @param progress receives the number of steps done
   * @throws io.github.lrfbench.kernels.InputException if the error becomes NaN or infinite
   */
  public static void train(
      Model student,
      Model teacher,
      Table words,
      List<TokenSequence> texts,
      Settings settings,
      IntConsumer progress) {
    new InputTraining(student, teacher, words, texts).run(settings, progress);
  }

  private void run(Settings settings, IntConsumer progress) {
    List<Parameter> weights =
        trained.parts(student.inputNames()).stream()
            .flatMap(part -> part.weights().stream())
            .toList();
    try (MeanSquares steps =
        new MeanSquares(
            student.device(),
            weights,
            OPTIMIZER,
            "the embeddings",
            settings.learningRate(),
            settings.steps())) {
      int done = 0;
      for (int epoch = 0; done < settings.steps(); epoch++) {
        int[] order = TrainingSet.order(texts.size(), settings.seed(), epoch);
        for (int from = 0; from < order.length && done < settings.steps(); from += BATCH_SIZE) {
          int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH_SIZE));
          steps.step((tape, scale) -> pass(batch, tape, scale));
          progress.accept(++done);
        }
      }
    }
  }

  private double pass(int[] batch, Tape tape, double scale) {
    Device device = student.device();
    try (Scope scope = device.openScope();
        Ops dense = new EagerOps(device)) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(texts::get).toList();
      TokenBatch tokens = TokenBatch.of(scope, chosen, student.info());
      Matrix outputs = student.embed(tape.ops(), tokens);
      double error = MeanSquares.leaveGradient(tape, outputs, teacher.embed(dense, tokens), scale);
      if (trained.head() != null) {
        Matrix rows = trained.headRows(tape.ops(), tokens.ids());
        Matrix wanted = Matrix.of(scope.allocate(DType.F32, rows.rows(), rows.cols()));
        words.lookUp(dense, tokens.ids(), wanted);
        error += MeanSquares.leaveGradient(tape, rows, wanted, scale);
      }
      tape.backward();
      return error;
    }
  }
}
