/** An engine of DJL, the Deep Java Library, through which its users serve checkpoints. */
package io.github.lrfbench.harness.djl;
