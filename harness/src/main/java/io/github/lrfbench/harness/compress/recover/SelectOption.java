package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.train.Selection;

/** The option of methods that train which says which epoch's weights are kept. */
final class SelectOption {
  private static final String NAME = "select";

  static final MethodOption OPTION = MethodOption.choice(NAME, Selection.labels());

  private SelectOption() {}

  static Selection of(MethodOptions options) {
    return Selection.parse(NAME, options.text(NAME));
  }
}
