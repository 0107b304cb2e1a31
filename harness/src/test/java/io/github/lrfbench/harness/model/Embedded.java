package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/** What a model makes of tokens before its first block, for tests. */
public final class Embedded {
  private Embedded() {}

  /** Tokens of one type. */
  public static TokenSequence text(int... ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  /** The embeddings of texts, one token after the other. */
  public static float[] embed(Model model, TokenSequence... texts) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenBatch batch = TokenBatch.of(scope, List.of(texts), model.info());
      return model.embed(ops, batch).data().toFloats();
    }
  }

  /** Numbers none of which is like another. */
  public static float[] waves(int size) {
    float[] waves = new float[size];
    for (int i = 0; i < size; i++) {
      waves[i] = (float) Math.sin(i);
    }
    return waves;
  }
}
