/** Result rows for people: tables, comparisons, pages with plots. Knows rows, not models. */
package io.github.lrfbench.harness.report;
