package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.model.InputNames;
import java.util.List;

/** What checkpoints call the modules of a GPT-2. */
final class Modules {
  /** What stands before the names in checkpoints of a model with a head. */
  static final String PREFIX = "transformer.";

  /** The word embedding. */
  static final String WORD = "wte";

  /** The classifier. */
  static final String SCORE = "score";

  /** The head of a language model, where it is not the word embedding. */
  static final String LM_HEAD = "lm_head";

  /** The norm after the last block. */
  static final String FINAL_NORM = "ln_f";

  static final String ATTENTION_NORM = "ln_1";
  static final String OUTPUT_NORM = "ln_2";
  static final String PROJECTIONS = "attn.c_attn";
  static final String ATTENTION_OUTPUT = "attn.c_proj";
  static final String INTERMEDIATE = "mlp.c_fc";
  static final String OUTPUT = "mlp.c_proj";

  private Modules() {}

  /** The modules of the input layer, under the path of the model. */
  static InputNames input(String prefix) {
    return new InputNames(prefix + WORD, prefix + "wpe", null, null, prefix + "safe");
  }

  /** Path of a block, relative to the model. */
  static String block(int layer) {
    return "h." + layer + ".";
  }

  /** Query, key and value as modules of their own, which is ours: no other program splits them. */
  static List<String> splitProjections(String block) {
    String whole = block + PROJECTIONS;
    return List.of(whole + ".q", whole + ".k", whole + ".v");
  }
}
