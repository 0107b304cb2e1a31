package io.github.lrfbench.harness.generate;

import io.github.lrfbench.harness.input.KnownKeys;

/**
 * The keys of {@code GenerationConfig} of Hugging Face's transformers, up to version 5.24. Nobody
 * need look for a key that is not here: it is named to the user.
 */
final class GenerationKeys {
  static final KnownKeys TABLE =
      KnownKeys.builder()
          // Which method, how long a text becomes and what ends it.
          .read("do_sample", "num_beams", "length_penalty", "early_stopping")
          .read("max_length", "max_new_tokens", "min_length", "min_new_tokens", "eos_token_id")
          // Scores of tokens, in the order in which they are changed.
          .read("sequence_bias", "encoder_repetition_penalty", "repetition_penalty")
          .read("no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids")
          .read("forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values")
          .read("exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens")
          .read("renormalize_logits")
          // Drawing.
          .read("temperature", "top_h", "top_k", "top_p", "min_p", "typical_p")
          .read("epsilon_cutoff", "eta_cutoff")
          // What would give another text.
          .only("num_return_sequences", 1)
          .only("num_beam_groups", 1)
          .only("guidance_scale", 1)
          .only("penalty_alpha", 0)
          .refused("constraints", "force_words_ids", "dola_layers", "watermarking_config")
          .refused("stop_strings", "max_time", "token_healing", "is_assistant", "use_mtp")
          .refused("assistant_ensemble_weight", "force_bos_token_to_be_generated")
          .only("cache_implementation", exactCaches())
          // What transformers does not take from a file.
          .refused("logits_processor", "stopping_criteria", "prefix_allowed_tokens_fn")
          .refused("synced_gpus", "assistant_model", "streamer")
          .refused("negative_prompt_ids", "negative_prompt_attention_mask")
          // Without a group of beams, an encoder, an empty prompt or padding there is no use for
          // these.
          .inert("diversity_penalty", "decoder_start_token_id", "bos_token_id", "pad_token_id")
          // These save time or memory and change no text.
          .inert("use_cache", "cache_config", "max_cache_len", "low_memory", "prefill_chunk_size")
          .inert("compile_config", "disable_compile", "continuous_batching_config")
          .inert("num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_early_exit")
          .inert("assistant_confidence_threshold", "assistant_lookbehind", "target_lookbehind")
          .inert("prompt_lookup_num_tokens", "max_matching_ngram_size", "speculation_type")
          // What is returned beside the text, and where the file comes from.
          .inert("output_attentions", "output_hidden_states", "output_scores", "output_logits")
          .inert("return_dict_in_generate", "return_legacy_cache")
          .inert("_from_model_config", "_commit_hash", "_original_object_hash")
          .inert("transformers_version")
          .build();

  private GenerationKeys() {}

  /** All but "quantized", which computes with other numbers. */
  private static Object[] exactCaches() {
    return new Object[] {
      "dynamic",
      "static",
      "offloaded",
      "offloaded_static",
      "sliding_window",
      "hybrid",
      "hybrid_chunked",
      "offloaded_hybrid",
      "offloaded_hybrid_chunked",
      "paged"
    };
  }
}
