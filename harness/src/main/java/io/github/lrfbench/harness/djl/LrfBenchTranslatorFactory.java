package io.github.lrfbench.harness.djl;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.translator.CrossEncoderServingTranslator;
import ai.djl.modality.nlp.translator.TextClassificationServingTranslator;
import ai.djl.modality.nlp.translator.TextEmbeddingServingTranslator;
import ai.djl.ndarray.NDArray;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import ai.djl.util.StringPair;
import io.github.lrfbench.harness.generate.GenerationSettings;
import io.github.lrfbench.harness.generate.GenerationWishes;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.kernels.InputException;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Translators of models of the engine {@code LRFBench}. What a model takes and gives depends on
 * what it was trained for:
 *
 * <ul>
 *   <li>a classifier: {@code String} or {@link StringPair} to {@link Classifications}, whose names
 *       are those of the checkpoint's {@code id2label} and whose probabilities the softmax of its
 *       logits
 *   <li>a regression or cross-encoder: {@code String} or {@link StringPair} to {@code float[]},
 *       which holds the score
 *   <li>a sentence encoder: {@code String} to {@code float[]}, the embedding
 *   <li>a language model: {@code String} to {@code String}, the continuation without the prompt
 *   <li>all: {@link Input} to {@link Output}, as DJL Serving asks
 * </ul>
 *
 * <p>Arguments: {@code max_length} (or DJL's {@code maxLength}), the most tokens of a text, by
 * default what the model allows; of a language model {@code max_new_tokens}, {@code do_sample},
 * {@code temperature}, {@code top_k}, {@code top_p}, {@code num_beams}, {@code length_penalty},
 * {@code early_stopping}, {@code no_repeat_ngram_size} as in transformers and {@code seed}, by
 * default what the model's {@code generation_config.json} says, else the likeliest tokens. There is
 * no padding, so an argument {@code padding} changes nothing.
 */
public final class LrfBenchTranslatorFactory implements TranslatorFactory {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  /** What a model of any kind may take and give. */
  @Override
  public Set<Pair<Type, Type>> getSupportedTypes() {
    return Set.of(
        new Pair<>(String.class, Classifications.class),
        new Pair<>(StringPair.class, Classifications.class),
        new Pair<>(String.class, float[].class),
        new Pair<>(StringPair.class, float[].class),
        new Pair<>(String.class, String.class),
        new Pair<>(Input.class, Output.class));
  }

  /** Says yes to all types: what is wrong with them is told when the model is known. */
  @Override
  public boolean isSupported(Class<?> input, Class<?> output) {
    return true;
  }

  /**
   * A translator.
   *
   * @throws IllegalArgumentException if the model is of another engine, does not take or give these
   *     types, or an argument is wrong; says so in one line. The model is closed then, since
   *     whoever asked by a criteria never gets it
   */
  @Override
  @SuppressWarnings("unchecked")
  public <I, O> Translator<I, O> newInstance(
      Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
    Model wrapped = model instanceof ZooModel<?, ?> zoo ? zoo.getWrappedModel() : model;
    if (!(wrapped instanceof LrfBenchModel own)) {
      model.close();
      throw new IllegalArgumentException(
          "LrfBenchTranslatorFactory is for the engine LRFBench: add optEngine(\"LRFBench\")");
    }
    try {
      Map<Pair<Type, Type>, Translator<?, ?>> all =
          translators(own.served(), new ArgumentReader(arguments == null ? Map.of() : arguments));
      Translator<?, ?> found = all.get(new Pair<Type, Type>(input, output));
      if (found == null) {
        throw new IllegalArgumentException(
            refusal(own.served().info(), all.keySet(), input, output));
      }
      return (Translator<I, O>) found;
    } catch (InputException e) {
      model.close();
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static String refusal(
      ModelInfo info, Set<Pair<Type, Type>> types, Class<?> input, Class<?> output) {
    String known =
        types.stream()
            .map(pair -> name((Class<?>) pair.getKey()) + " to " + name((Class<?>) pair.getValue()))
            .collect(Collectors.joining(", "));
    return "setTypes("
        + name(input)
        + ", "
        + name(output)
        + ") is not for this model, a "
        + info.architecture()
        + " that gives "
        + info.output().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + "; it goes from "
        + known;
  }

  private static String name(Class<?> type) {
    return type.getSimpleName();
  }

  /** What this model takes and gives. */
  private static Map<Pair<Type, Type>, Translator<?, ?>> translators(
      ServedModel served, ArgumentReader arguments) {
    Map<Pair<Type, Type>, Translator<?, ?>> all = new LinkedHashMap<>();
    switch (served.info().output()) {
      case CLASSES -> {
        Function<NDArray, Classifications> writer = logits -> classes(served.info(), logits);
        var texts = texts(served, arguments, writer);
        all.put(new Pair<>(String.class, Classifications.class), texts);
        all.put(
            new Pair<>(StringPair.class, Classifications.class), pairs(served, arguments, writer));
        all.put(
            new Pair<>(Input.class, Output.class), new TextClassificationServingTranslator(texts));
      }
      case SCORE -> {
        var pairs = pairs(served, arguments, NDArray::toFloatArray);
        all.put(new Pair<>(StringPair.class, float[].class), pairs);
        all.put(
            new Pair<>(String.class, float[].class),
            texts(served, arguments, NDArray::toFloatArray));
        all.put(new Pair<>(Input.class, Output.class), new CrossEncoderServingTranslator(pairs));
      }
      case EMBEDDING -> {
        var texts = texts(served, arguments, NDArray::toFloatArray);
        all.put(new Pair<>(String.class, float[].class), texts);
        all.put(new Pair<>(Input.class, Output.class), new TextEmbeddingServingTranslator(texts));
      }
      case NEXT_TOKEN -> {
        var continuations = continuations(served, arguments);
        all.put(new Pair<>(String.class, String.class), continuations);
        all.put(
            new Pair<>(Input.class, Output.class), new GenerationServingTranslator(continuations));
      }
    }
    return all;
  }

  private static <O> Translator<String, O> texts(
      ServedModel served, ArgumentReader arguments, Function<NDArray, O> writer) {
    int longest = longest(served, arguments);
    return new TextTranslator<>(
        text -> new LrfBenchBlock.Request(served.encode(text, null, longest), null), writer);
  }

  private static <O> Translator<StringPair, O> pairs(
      ServedModel served, ArgumentReader arguments, Function<NDArray, O> writer) {
    int longest = longest(served, arguments);
    return new TextTranslator<>(
        pair ->
            new LrfBenchBlock.Request(served.encode(pair.getKey(), pair.getValue(), longest), null),
        writer);
  }

  private static int longest(ServedModel served, ArgumentReader arguments) {
    String name = arguments.has("max_length") ? "max_length" : "maxLength";
    int wanted = arguments.integer(name).orElse(NO_LIMIT);
    if (wanted < 1) {
      throw new IllegalArgumentException("'" + name + "' must be at least 1, but is " + wanted);
    }
    return served.longest(wanted);
  }

  /** Names in the checkpoint's order, with the softmax of the logits in double precision. */
  private static Classifications classes(ModelInfo info, NDArray array) {
    float[] logits = array.toFloatArray();
    double[] exponentials = new double[logits.length];
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      exponentials[i] = Math.exp(logits[i] - largest);
      sum += exponentials[i];
    }
    double total = sum;
    return new Classifications(
        info.labels(), Arrays.stream(exponentials).map(e -> e / total).boxed().toList());
  }

  private static Translator<String, String> continuations(
      ServedModel served, ArgumentReader arguments) {
    if (arguments.has("max_length") || arguments.has("maxLength")) {
      throw new IllegalArgumentException(
          "'max_length' cuts texts that are read; for a language model give 'max_new_tokens'");
    }
    GenerationWishes wishes = wishes(arguments);
    wishes.validated();
    GenerationSettings settings = served.settings(wishes);
    return new TextTranslator<>(
        text -> new LrfBenchBlock.Request(served.encode(text, null, NO_LIMIT), settings),
        ids -> served.decode(ids.toIntArray()));
  }

  private static GenerationWishes wishes(ArgumentReader arguments) {
    Optional<Double> temperature = arguments.number("temperature");
    Optional<Boolean> draws = arguments.bool("do_sample");
    boolean drawn = temperature.isPresent() || arguments.has("top_k") || arguments.has("top_p");
    if (draws.orElse(drawn) != drawn) {
      throw new IllegalArgumentException(
          drawn
              ? "'do_sample' is false; 'temperature', 'top_k' and 'top_p' are for drawing"
              : "'do_sample' is true; say by 'temperature', 'top_k' or 'top_p' how to draw");
    }
    return new GenerationWishes(
        arguments.integer("max_new_tokens"),
        draws.isPresent() && !draws.get() && arguments.integer("num_beams").orElse(1) == 1,
        temperature,
        arguments.integer("top_k"),
        arguments.number("top_p"),
        arguments.integer("num_beams"),
        arguments.number("length_penalty"),
        arguments.bool("early_stopping"),
        arguments.integer("no_repeat_ngram_size"),
        arguments.integer("seed").orElse(0));
  }
}
