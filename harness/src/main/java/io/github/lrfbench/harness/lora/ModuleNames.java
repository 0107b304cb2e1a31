package io.github.lrfbench.harness.lora;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;

/** What transformers calls the modules of a model, whatever its checkpoint calls them. */
final class ModuleNames {
  private static final String LM_HEAD = "lm_head";

  private ModuleNames() {}

  /**
   * The name in a model with a head, in which those of the encoder begin with its architecture and
   * those of GPT-2 with "transformer", but not a language model's head, which may be a matrix like
   * the others. A sentence encoder is a model without a head: there they begin with nothing.
   */
  static String full(Model model, String module) {
    String architecture = model.info().architecture();
    String prefix =
        architecture.equals(Gpt2Config.MODEL_TYPE) ? "transformer." : architecture + ".";
    boolean prefixed = module.startsWith(prefix);
    if (model.info().output() == Output.EMBEDDING) {
      return prefixed ? module.substring(prefix.length()) : module;
    }
    boolean ofEncoder =
        model.slots().stream().anyMatch(slot -> slot.name().equals(module))
            || module.startsWith("pooler.");
    return ofEncoder && !prefixed && !module.equals(LM_HEAD) ? prefix + module : module;
  }
}
