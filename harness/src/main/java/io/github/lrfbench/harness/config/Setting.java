package io.github.lrfbench.harness.config;

import java.util.List;

/**
 * A key of a sweep file and what it is set to.
 *
 * @param key as written
 * @param values the scalars as written; one, or those of a list
 * @param line where the key is, from 1
 */
public record Setting(String key, List<String> values, int line) {
  /** Copies the list. */
  public Setting {
    values = List.copyOf(values);
  }
}
