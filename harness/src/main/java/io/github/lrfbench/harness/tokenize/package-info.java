/**
 * Text to token ids, as a checkpoint's files want it: DJL's tokenizers behind one interface, with
 * its telemetry off.
 */
package io.github.lrfbench.harness.tokenize;
