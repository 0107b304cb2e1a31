/**
 * Metrics of generated text beside reference texts, as the script of the E2E NLG challenge defines
 * them: pure functions of tokens, and the two tokenizers that it uses. METEOR is left out: its
 * synonym and paraphrase tables come under terms of their own.
 */
package io.github.lrfbench.harness.e2e.metric;
