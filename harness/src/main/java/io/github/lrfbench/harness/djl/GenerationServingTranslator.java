package io.github.lrfbench.harness.djl;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.TextPrompt;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.ndarray.NDList;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.Map;

/**
 * A language model for DJL Serving, which has translators of its own for other kinds: a prompt, or
 * a list of them, becomes JSON with {@code generated_text} of each.
 *
 * @param translator continues a prompt
 */
record GenerationServingTranslator(Translator<String, String> translator)
    implements NoBatchifyTranslator<Input, Output> {
  private static final String BATCH = "batch";

  @Override
  public NDList processInput(TranslatorContext context, Input input) throws Exception {
    if (input.getContent().isEmpty()) {
      throw new TranslateException("the input is empty");
    }
    TextPrompt prompt = TextPrompt.parseInput(input);
    context.setAttachment(BATCH, prompt.isBatch());
    List<String> prompts = prompt.isBatch() ? prompt.getBatch() : List.of(prompt.getText());
    return translator.batchProcessInput(context, prompts);
  }

  @Override
  public Output processOutput(TranslatorContext context, NDList list) throws Exception {
    List<Map<String, String>> texts =
        translator.batchProcessOutput(context, list).stream()
            .map(text -> Map.of("generated_text", text))
            .toList();
    boolean batch = (Boolean) context.getAttachment(BATCH);
    Output output = new Output();
    output.addProperty("Content-Type", "application/json");
    output.add(BytesSupplier.wrapAsJson(batch ? texts : texts.get(0)));
    return output;
  }
}
