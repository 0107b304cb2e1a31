package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Parameter;
import java.util.HashMap;
import java.util.Map;

/**
 * SAFE's embeddings of one sequence by the definition, in double precision, from stored weights.
 */
final class SlowSafe {
  private final Map<String, float[]> weights = new HashMap<>();
  private final Map<String, Long> rows = new HashMap<>();
  private final String word;
  private final String position;
  private final String type;
  private final String safe;
  private final int hidden;
  private final int heads;
  private final int firstPosition;
  private final boolean causal;
  private final double epsilon;

  SlowSafe(Model model, int heads, int firstPosition, double epsilon) {
    for (Parameter weight : model.weights()) {
      weights.put(weight.name(), weight.read());
      rows.put(weight.name(), weight.shape().dim(0));
    }
    this.word = model.inputNames().word() + ".weight";
    this.position = model.inputNames().position() + ".weight";
    this.type = model.inputNames().type() + ".weight";
    this.safe = model.inputNames().safe() + ".";
    this.hidden = model.info().hiddenSize();
    this.heads = heads;
    this.firstPosition = firstPosition;
    this.causal = model.transformer().causal();
    this.epsilon = epsilon;
  }

  private double[] row(String table, int row, int width) {
    double[] values = new double[width];
    float[] all = weights.get(table);
    for (int i = 0; i < width; i++) {
      values[i] = all[row * width + i];
    }
    return values;
  }

  private double[] linear(String module, double[] x) {
    float[] w = weights.get(module + ".weight");
    float[] b = weights.get(module + ".bias");
    double[] y = new double[b.length];
    for (int o = 0; o < y.length; o++) {
      y[o] = b[o];
      for (int i = 0; i < x.length; i++) {
        y[o] += (double) w[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  private double[] norm(String module, double[] x) {
    float[] gamma = weights.get(module + ".weight");
    float[] beta = weights.get(module + ".bias");
    double mean = 0;
    for (double v : x) {
      mean += v / x.length;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon) * gamma[i] + beta[i];
    }
    return y;
  }

  double[][] embed(int[] ids, int[] types) {
    int s = (int) (weights.get(word).length / rows.get(word));
    double scale = Math.sqrt(causal ? hidden : s);
    double[][] x = new double[ids.length][s];
    double[][] q = new double[ids.length][];
    double[][] k = new double[ids.length][];
    double[][] v = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] words = row(word, ids[t], s);
      double[] positions = row(position, firstPosition + t, s);
      for (int i = 0; i < s; i++) {
        x[t][i] = scale * words[i] + positions[i];
        x[t][i] += weights.containsKey(type) ? row(type, types[t], s)[i] : 0;
      }
      q[t] = linear(safe + "attention.query", x[t]);
      k[t] = linear(safe + "attention.key", x[t]);
      v[t] = linear(safe + "attention.value", x[t]);
    }
    double[][] y = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      double[] mixed =
          linear(safe + "attention.output", attend(q[t], k, v, causal ? t + 1 : k.length));
      for (int i = 0; i < s; i++) {
        mixed[i] += x[t][i];
      }
      double[] inner = linear(safe + "inner", norm(safe + "attention.LayerNorm", mixed));
      for (int i = 0; i < s; i++) {
        inner[i] = Math.max(0, inner[i]);
      }
      y[t] = norm(safe + "LayerNorm", linear(safe + "outer", inner));
    }
    return y;
  }

  private double[] attend(double[] q, double[][] k, double[][] v, int seen) {
    int each = q.length / heads;
    double[] context = new double[q.length];
    for (int head = 0; head < heads; head++) {
      double[] shares = new double[seen];
      double sum = 0;
      for (int t = 0; t < seen; t++) {
        for (int i = head * each; i < (head + 1) * each; i++) {
          shares[t] += q[i] * k[t][i] / Math.sqrt(each);
        }
        shares[t] = Math.exp(shares[t]);
        sum += shares[t];
      }
      for (int t = 0; t < seen; t++) {
        for (int i = head * each; i < (head + 1) * each; i++) {
          context[i] += shares[t] / sum * v[t][i];
        }
      }
    }
    return context;
  }

  /** Logits of one hidden state by a tied head. */
  double[] logits(double[] state) {
    double[] narrow = linear(safe + "head", state);
    double[] logits = new double[rows.get(word).intValue()];
    for (int word = 0; word < logits.length; word++) {
      double[] row = row(this.word, word, narrow.length);
      for (int i = 0; i < row.length; i++) {
        logits[word] += row[i] * narrow[i];
      }
    }
    return logits;
  }
}
