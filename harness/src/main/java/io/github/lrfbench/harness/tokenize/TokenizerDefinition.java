package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A tokenizer, checked and complete.
 *
 * @param file where it comes from, for complaints
 * @param json in the format of {@code tokenizer.json}
 * @param frame the special tokens around texts
 * @param left whether overlong texts lose their beginning
 * @param vocabularySize one more than the largest id of a token that the files bring along
 * @param size one more than the largest id
 * @param types how many types of tokens the model knows; 0 if it is not given them
 * @param maxLength the most tokens that a model should read
 * @param prefixToken the token that begins texts, else that which ends them
 * @param cleanUp whether decoded texts lose the spaces before punctuation
 */
record TokenizerDefinition(
    Path file,
    ObjectNode json,
    Frame frame,
    boolean left,
    int vocabularySize,
    int size,
    int types,
    int maxLength,
    OptionalInt prefixToken,
    boolean cleanUp) {}
