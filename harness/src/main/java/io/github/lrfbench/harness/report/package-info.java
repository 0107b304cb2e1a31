/** Result rows as text for people: tables. Knows rows, not models. */
package io.github.lrfbench.harness.report;
