/** What takes minutes: many kills and many damaged inputs, with their seeds. */
package io.github.lrfbench.harness.stress;
