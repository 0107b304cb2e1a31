package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.TextFile;
import java.nio.file.Path;
import java.util.List;

/**
 * Byte-level byte pair encoding from {@code vocab.json} and {@code merges.txt}: RoBERTa's, with
 * {@code <s> first </s></s> second </s>}, or GPT-2's, without special tokens.
 */
final class BytePairVocabulary {
  private BytePairVocabulary() {}

  static TokenizerDefinition read(
      Path vocabularyFile, Path mergesFile, boolean gpt2, TokenizerSettings settings) {
    ObjectNode vocabulary = JsonFile.read(vocabularyFile);
    boolean prefixSpace = settings.bool("add_prefix_space").orElse(false);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
    if (gpt2) {
      SpecialTokens.add(json, vocabulary, List.of(settings.token("eos_token", "<|endoftext|>")));
      json.putObject("post_processor").put("type", "ByteLevel").put("trim_offsets", false);
    } else {
      addRobertaMarkers(json, vocabularyFile, vocabulary, settings);
    }
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.set("vocab", vocabulary);
    readMerges(mergesFile, model.putArray("merges"));
    return DefinitionChecker.check(vocabularyFile, json, settings);
  }

  private static void addRobertaMarkers(
      ObjectNode json, Path file, ObjectNode vocabulary, TokenizerSettings settings) {
    String first = settings.token("cls_token", "<s>");
    String separator = settings.token("sep_token", "</s>");
    for (String token : List.of(first, separator)) {
      if (!vocabulary.has(token)) {
        throw Faults.of(file, "the vocabulary has no token " + Faults.quote(token));
      }
    }
    SpecialTokens.add(
        json,
        vocabulary,
        List.of(
            first,
            settings.token("pad_token", "<pad>"),
            separator,
            settings.token("unk_token", "<unk>"),
            settings.token("mask_token", "<mask>")));
    ObjectNode processor = json.putObject("post_processor").put("type", "RobertaProcessing");
    processor.putArray("sep").add(separator).add(vocabulary.get(separator));
    processor.putArray("cls").add(first).add(vocabulary.get(first));
  }

  private static void readMerges(Path file, ArrayNode merges) {
    for (String line : TextFile.read(file).lines().toList()) {
      if (line.isEmpty() || line.startsWith("#version")) {
        continue;
      }
      String[] pair = line.split(" ", -1);
      if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
        throw Faults.of(file, "the line " + Faults.quote(line) + " is no pair of tokens");
      }
      merges.add(line);
    }
  }
}
