package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.RandomTokens;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * What a timed call does with a sequence: random tokens are read.
 *
 * @param kind of the call
 * @param seqLen tokens
 * @param vocabulary that they are drawn from
 */
public record CallShape(LatencyKind kind, int seqLen, int vocabulary) {
  /** Tokens per sequence where nothing else is asked for and the model allows it. */
  static final int DEFAULT_SEQ_LEN = 128;

  /**
   * Of calls of a model.
   *
   * @param seqLen tokens per sequence; 0 for 128 or what the model allows
   * @throws InputException if the model has no such calls
   */
  public static CallShape of(LatencyKind kind, int seqLen, ModelInfo info) {
    if (kind != LatencyKind.FORWARD && info.output() != Output.NEXT_TOKEN) {
      throw new InputException("--latency " + kind.label() + " is for language models");
    }
    if (kind == LatencyKind.DECODE && seqLen == 1) {
      throw new InputException("--latency decode wants a --seq-len of at least 2");
    }
    if (seqLen > info.maxLength()) {
      throw new InputException(
          "--seq-len " + seqLen + " is over the model's limit of " + info.maxLength() + " tokens");
    }
    int length = seqLen == 0 ? Math.min(DEFAULT_SEQ_LEN, info.maxLength()) : seqLen;
    return new CallShape(kind, length, info.vocabularySize());
  }

  /** A call of a model whose weights are held in one form. */
  public TimedPass pass(Model model, int sequences) {
    return pass(model, sequences, 0);
  }

  /** A call of a model with so many bytes of weights in another form as well. */
  TimedPass pass(Model model, int sequences, long mostCopied) {
    return new TimedPass(model, kind, random(sequences), mostCopied);
  }

  /** What a call of so many sequences reads. */
  List<TokenSequence> random(int sequences) {
    return RandomTokens.sequences(sequences, seqLen, vocabulary);
  }
}
