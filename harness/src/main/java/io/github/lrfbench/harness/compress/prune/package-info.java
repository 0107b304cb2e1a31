/** Parts of matrices that are left out: single elements, outputs, inputs. */
package io.github.lrfbench.harness.compress.prune;
