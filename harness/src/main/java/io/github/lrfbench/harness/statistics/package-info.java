/** What estimates are worth. */
package io.github.lrfbench.harness.statistics;
