package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The inputs of reference models, without their padding. */
public final class GoldenInputs {
  private GoldenInputs() {}

  /** The sequences in a folder's {@code io.json}. */
  public static List<TokenSequence> read(Path folder) throws IOException {
    return read(new ObjectMapper().readTree(folder.resolve("io.json").toFile()));
  }

  /** The sequences in a parsed file; without a mask all tokens count. */
  public static List<TokenSequence> read(JsonNode io) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int s = 0; s < io.get("input_ids").size(); s++) {
      JsonNode mask = io.path("attention_mask").path(s);
      int length = mask.isMissingNode() ? io.get("input_ids").get(s).size() : 0;
      while (length < mask.size() && mask.get(length).asInt() == 1) {
        length++;
      }
      int[] ids = new int[length];
      int[] types = new int[length];
      for (int i = 0; i < length; i++) {
        ids[i] = io.get("input_ids").get(s).get(i).asInt();
        types[i] = io.path("token_type_ids").path(s).path(i).asInt(0);
      }
      sequences.add(new TokenSequence(ids, types));
    }
    return sequences;
  }

  /**
   * Fails unless logits [B, outputs] are as expected; of a single output the expected rows are
   * numbers.
   */
  public static void assertLogits(JsonNode expected, Tensor logits, double tolerance) {
    float[] actual = logits.toFloats();
    int width = (int) logits.shape().dim(1);
    for (int i = 0; i < actual.length; i++) {
      JsonNode row = expected.get(i / width);
      double wanted = row.isArray() ? row.get(i % width).asDouble() : row.asDouble();
      assertEquals(wanted, actual[i], tolerance, "logit " + i);
    }
  }

  /** Fails unless logits [T, V] of packed sequences are those of rows of padded ones. */
  public static void assertUnpaddedLogits(
      JsonNode padded, Tensor packed, List<TokenSequence> sequences, double tolerance) {
    int longest = padded.get(0).size();
    int width = padded.get(0).get(0).size();
    float[] values = new float[padded.size() * longest * width];
    for (int i = 0; i < values.length; i++) {
      JsonNode row = padded.get(i / width / longest).get(i / width % longest);
      values[i] = (float) row.get(i % width).asDouble();
    }
    assertUnpaddedClose(values, packed, sequences, tolerance, "logits");
  }

  /** Fails unless rows of packed sequences are those of a reference that is padded. */
  public static void assertUnpaddedClose(
      float[] padded, Tensor packed, List<TokenSequence> sequences, double tolerance, String what) {
    float[] actual = packed.toFloats();
    int width = (int) packed.shape().dim(1);
    int longest = sequences.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    int row = 0;
    for (int s = 0; s < sequences.size(); s++) {
      for (int t = 0; t < sequences.get(s).length(); t++, row++) {
        for (int j = 0; j < width; j++) {
          float wanted = padded[(s * longest + t) * width + j];
          assertEquals(
              wanted,
              actual[row * width + j],
              tolerance,
              what + " of sequence " + s + ", token " + t);
        }
      }
    }
  }
}
