/**
 * The embedded demo: synthetic tasks in GLUE format and a text for language models, made from a
 * seed; the tokenizers learned from them; and the small BERT and GPT-2 models that ship with the
 * project.
 */
package io.github.lrfbench.harness.demo;
