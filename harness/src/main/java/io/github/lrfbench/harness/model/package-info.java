/** What all architectures have in common: named linear slots, batches, counts. */
package io.github.lrfbench.harness.model;
