/** GPT-2 (Radford et al. 2019): language models and classifiers. */
package io.github.lrfbench.harness.model.gpt2;
