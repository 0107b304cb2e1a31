/** Sweeps described in YAML files. */
package io.github.lrfbench.harness.config;
