package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.InputException;
import java.util.Locale;

/** What a model must be to be asked for the next token. */
public final class LanguageModels {
  private LanguageModels() {}

  /**
   * The model as a language model.
   *
   * @param purpose the task or command that needs one, for the message
   * @throws InputException if it is none, or has fewer embeddings than the tokenizer has tokens
   */
  public static CausalModel require(Model model, Tokenizer tokenizer, String purpose) {
    if (!(model instanceof CausalModel causal)) {
      throw new InputException(
          purpose
              + " needs a language model, such as a GPT-2 without a classifier, but this is a "
              + model.info().architecture()
              + " that gives "
              + model.info().output().name().toLowerCase(Locale.ROOT));
    }
    if (tokenizer.vocabularySize() > model.info().vocabularySize()) {
      throw new InputException(
          "the tokenizer has "
              + tokenizer.vocabularySize()
              + " tokens, but the model only "
              + model.info().vocabularySize()
              + ": they do not belong together");
    }
    return causal;
  }

  /**
   * The context in tokens.
   *
   * @param wanted 0 for as many as the model allows
   * @throws InputException if the model does not allow it
   */
  public static int context(Model model, int wanted) {
    int limit = model.info().maxLength();
    if (wanted < 0 || wanted > limit) {
      throw new InputException(
          "--context must be from 1 to the model's limit of "
              + limit
              + " tokens, but is "
              + wanted);
    }
    return wanted == 0 ? limit : wanted;
  }
}
