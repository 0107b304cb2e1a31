/** Adapters of low rank beside a model's matrices, trained and kept on their own, as PEFT does. */
package io.github.lrfbench.harness.lora;
