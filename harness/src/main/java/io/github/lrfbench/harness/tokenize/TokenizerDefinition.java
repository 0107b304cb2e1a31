package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * A tokenizer, checked and complete.
 *
 * @param file where it comes from, for complaints
 * @param json in the format of {@code tokenizer.json}
 * @param vocabularySize one more than the largest id
 */
record TokenizerDefinition(Path file, ObjectNode json, int vocabularySize) {}
