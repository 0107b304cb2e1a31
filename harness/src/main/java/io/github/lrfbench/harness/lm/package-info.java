/** Texts for language modelling, and the windows that a model reads them in. */
package io.github.lrfbench.harness.lm;
