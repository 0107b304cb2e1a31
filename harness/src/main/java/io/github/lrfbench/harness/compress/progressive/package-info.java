/** Low rank reached in several steps, with training in between. */
package io.github.lrfbench.harness.compress.progressive;
