/** Text for one-line messages: nearest names and safe quotations. */
package io.github.lrfbench.harness.text;
