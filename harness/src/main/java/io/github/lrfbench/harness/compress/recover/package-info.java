/** Training that makes up for what was cut. */
package io.github.lrfbench.harness.compress.recover;
