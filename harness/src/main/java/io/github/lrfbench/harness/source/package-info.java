/** From what the user calls a model to the loaded model. */
package io.github.lrfbench.harness.source;
