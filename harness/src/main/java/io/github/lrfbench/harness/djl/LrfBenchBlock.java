package io.github.lrfbench.harness.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import ai.djl.util.passthrough.PassthroughNDArray;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.List;

/**
 * The forward pass. What {@link TextTranslator} makes goes in, an array for each text; out come as
 * many arrays: float32 outputs of the model, or int32 ids of the tokens that continue a prompt.
 */
final class LrfBenchBlock extends AbstractSymbolBlock {
  private final ServedModel served;

  LrfBenchBlock(ServedModel served) {
    this.served = served;
  }

  /**
   * A text for the model.
   *
   * @param tokens its tokens
   * @param settings how it is to be continued; null asks for the model's outputs
   */
  record Request(TokenSequence tokens, GenerationSettings settings) {}

  /** An array that carries a request. */
  static NDArray array(NDManager manager, Request request) {
    return new PassthroughNDArray(manager, request);
  }

  /** DJL's parameters, of which there are none: the weights stay with the model. */
  @Override
  public ParameterList getDirectParameters() {
    return new ParameterList();
  }

  /**
   * Runs the model.
   *
   * @throws IllegalArgumentException if the arrays are no requests
   * @throws IllegalStateException if the model is closed
   */
  @Override
  protected NDList forwardInternal(
      ParameterStore parameterStore,
      NDList inputs,
      boolean training,
      PairList<String, Object> params) {
    if (training) {
      throw new UnsupportedOperationException("models of LRFBench are not trained through DJL");
    }
    List<TokenSequence> tokens = new ArrayList<>();
    GenerationSettings settings = null;
    for (NDArray input : inputs) {
      if (!(input instanceof PassthroughNDArray array
          && array.getObject() instanceof Request request)) {
        throw new IllegalArgumentException(
            "models of LRFBench take no arrays; use translators of LrfBenchTranslatorFactory");
      }
      tokens.add(request.tokens());
      settings = request.settings();
    }
    NDManager manager = parameterStore.getManager();
    NDList results = new NDList();
    if (settings == null) {
      served.outputs(tokens).forEach(output -> results.add(manager.create(output)));
    } else {
      List<int[]> prompts = tokens.stream().map(TokenSequence::ids).toList();
      served.continuations(prompts, settings).forEach(ids -> results.add(manager.create(ids)));
    }
    return results;
  }
}
