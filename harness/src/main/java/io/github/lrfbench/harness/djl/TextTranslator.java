package io.github.lrfbench.harness.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.Arrays;
import java.util.function.Function;

/**
 * From a text to a request, and from what the model answers to what the user reads. It has no
 * state, so that predictors of several threads may share it.
 *
 * @param reader makes the request of an input
 * @param writer makes an output of the model's answer
 */
record TextTranslator<I, O>(Function<I, LrfBenchBlock.Request> reader, Function<NDArray, O> writer)
    implements Translator<I, O> {
  @Override
  public NDList processInput(TranslatorContext context, I input) {
    if (input == null) {
      throw new IllegalArgumentException("the input is null");
    }
    return new NDList(LrfBenchBlock.array(context.getNDManager(), reader.apply(input)));
  }

  @Override
  public O processOutput(TranslatorContext context, NDList list) {
    return writer.apply(list.singletonOrThrow());
  }

  @Override
  public Batchifier getBatchifier() {
    return Lists.BATCHIFIER;
  }

  /** Texts of a batch lie side by side; the model packs them without padding. */
  private enum Lists implements Batchifier {
    BATCHIFIER;

    @Override
    public NDList batchify(NDList[] inputs) {
      NDList batch = new NDList();
      Arrays.stream(inputs).forEach(batch::addAll);
      return batch;
    }

    @Override
    public NDList[] unbatchify(NDList inputs) {
      return inputs.stream().map(NDList::new).toArray(NDList[]::new);
    }
  }
}
