package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small tokenizer files for tests. */
final class TokenizerFiles {
  /** A BERT vocabulary; the id of a token is its line, from 0. */
  static final String WORDS =
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\na\nb\nun\n##a\n##b\nHello\ncafe\ncafé\n!\n";

  /** A whole tokenizer of the WordPiece kind. */
  static final String WORD_PIECE =
      """
      {"version":"1.0","truncation":{"max_length":4,"strategy":"LongestFirst","stride":0},
      "padding":{"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,
      "pad_type_id":0,"pad_token":"[PAD]"},
      "added_tokens":[
      {"id":0,"special":true,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,
      "normalized":false},
      {"id":2,"special":true,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,
      "normalized":false}],
      "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
      "strip_accents":null,"lowercase":true},
      "pre_tokenizer":{"type":"BertPreTokenizer"},
      "post_processor":{"type":"TemplateProcessing",
      "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
      {"SpecialToken":{"id":"[SEP]","type_id":0}}],
      "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
      {"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},
      {"SpecialToken":{"id":"[SEP]","type_id":1}}],
      "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
      "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
      "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
      "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
      "max_input_chars_per_word":100,
      "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"hello":4,"a":5,"##b":6,"b":7}}}
      """;

  /** A whole tokenizer of the byte pair kind, as RoBERTa has it. */
  static final String BYTE_PAIRS =
      """
      {"version":"1.0","truncation":null,"padding":null,
      "added_tokens":[{"id":0,"special":true,"content":"<s>"},
      {"id":1,"special":true,"content":"</s>"}],
      "normalizer":null,
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true},
      "post_processor":{"type":"RobertaProcessing","sep":["</s>",1],"cls":["<s>",0],
      "trim_offsets":true,"add_prefix_space":false},
      "decoder":{"type":"ByteLevel"},
      "model":{"dropout":null,"unk_token":null,"continuing_subword_prefix":"",
      "end_of_word_suffix":"","fuse_unk":false,
      "vocab":{"<s>":0,"</s>":1,"h":2,"e":3,"l":4,"o":5,"he":6,"ll":7,"hell":8,"Ġ":9,"a":10,"b":11,
      "Ġa":12,"Ġb":13},
      "merges":["h e","l l","he ll","Ġ a","Ġ b"]}}
      """;

  private TokenizerFiles() {}

  static Path write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** A {@code config.json} with nothing but this. */
  static JsonNode config(String modelType, int vocabularySize) {
    return config().put("model_type", modelType).put("vocab_size", vocabularySize);
  }

  /** An empty {@code config.json}. */
  static ObjectNode config() {
    return new ObjectMapper().createObjectNode();
  }
}
