package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.glue.metric.GlueMetric;
import java.util.List;
import java.util.Map;

/**
 * The tasks of GLUE with the layout of the official TSV files (the download script of
 * nyu-mll/GLUE-baselines) and the label order of the Hugging Face data set nyu-mll/glue.
 */
final class OfficialTasks {
  private static final String PARSED_NLI =
      "index,promptID,pairID,genre,sentence1_binary_parse,sentence2_binary_parse,"
          + "sentence1_parse,sentence2_parse,sentence1,sentence2";

  private OfficialTasks() {}

  static List<GlueTask> all() {
    return List.of(
        cola(),
        sst2(),
        mrpc(),
        qqp(),
        stsb(),
        mnli("mnli", "matched", 9_815, 9_796),
        mnli("mnli-mm", "mismatched", 9_832, 9_847),
        qnli(),
        rte(),
        wnli(),
        ax());
  }

  private static GlueTask cola() {
    TsvLayout labelled =
        new TsvLayout(List.of("source", "label", "mark", "sentence"), false, 3, TsvLayout.NONE, 1);
    return task(
        "cola",
        "CoLA",
        files(labelled, 8_551, 1_043, withHeader("index,sentence", "sentence", null, null), 1_063),
        List.of(
            label("unacceptable", "0", "not_acceptable", "ungrammatical"),
            label("acceptable", "1", "grammatical")),
        GlueMetric.MCC);
  }

  private static GlueTask sst2() {
    return task(
        "sst2",
        "SST-2",
        files(
            withHeader("sentence,label", "sentence", null, "label"),
            67_349,
            872,
            withHeader("index,sentence", "sentence", null, null),
            1_821),
        List.of(label("negative", "0", "neg"), label("positive", "1", "pos")),
        GlueMetric.ACCURACY);
  }

  private static GlueTask mrpc() {
    String ids = ",#1 ID,#2 ID,#1 String,#2 String";
    return task(
        "mrpc",
        "MRPC",
        files(
            withHeader("Quality" + ids, "#1 String", "#2 String", "Quality"),
            3_668,
            408,
            withHeader("index" + ids, "#1 String", "#2 String", null),
            1_725),
        List.of(
            label("not_equivalent", "0", "not_paraphrase", "no_paraphrase", "non_equivalent"),
            label("equivalent", "1", "paraphrase", "is_paraphrase")),
        GlueMetric.ACCURACY_F1);
  }

  private static GlueTask qqp() {
    Map<Split, GlueFile> files =
        files(
            withHeader(
                "id,qid1,qid2,question1,question2,is_duplicate",
                "question1",
                "question2",
                "is_duplicate"),
            363_846,
            40_430,
            withHeader("id,question1,question2", "question1", "question2", null),
            390_965);
    List<GlueLabel> labels =
        List.of(
            label("not_duplicate", "0", "non_duplicate", "no_duplicate", "not_paraphrase"),
            label("duplicate", "1", "is_duplicate", "paraphrase"));
    return new GlueTask(
        "qqp", "QQP", files, labels, GlueMetric.ACCURACY_F1, true, false, "QQP.tsv");
  }

  private static GlueTask stsb() {
    String columns = "index,genre,filename,year,old_index,source1,source2,sentence1,sentence2";
    return task(
        "stsb",
        "STS-B",
        files(
            withHeader(columns + ",score", "sentence1", "sentence2", "score"),
            5_749,
            1_500,
            withHeader(columns, "sentence1", "sentence2", null),
            1_379),
        List.of(),
        GlueMetric.PEARSON_SPEARMAN);
  }

  private static GlueTask mnli(String name, String genre, int devRows, int testRows) {
    TsvLayout train =
        withHeader(PARSED_NLI + ",label1,gold_label", "sentence1", "sentence2", "gold_label");
    TsvLayout dev =
        withHeader(
            PARSED_NLI + ",label1,label2,label3,label4,label5,gold_label",
            "sentence1",
            "sentence2",
            "gold_label");
    TsvLayout test = withHeader(PARSED_NLI, "sentence1", "sentence2", null);
    Map<Split, GlueFile> files =
        Map.of(
            Split.TRAIN, GlueFile.of("train.tsv", train, 392_702),
            Split.DEV, GlueFile.of("dev_" + genre + ".tsv", dev, devRows),
            Split.TEST, GlueFile.of("test_" + genre + ".tsv", test, testRows));
    return task(
        name,
        "MNLI",
        "matched".equals(genre) ? "MNLI-m.tsv" : "MNLI-mm.tsv",
        files,
        threeWayNli(),
        GlueMetric.ACCURACY);
  }

  private static GlueTask qnli() {
    return task(
        "qnli",
        "QNLI",
        files(
            withHeader("index,question,sentence,label", "question", "sentence", "label"),
            104_743,
            5_463,
            withHeader("index,question,sentence", "question", "sentence", null),
            5_463),
        List.of(entailment("entailment"), notEntailment("not_entailment")),
        GlueMetric.ACCURACY);
  }

  private static GlueTask rte() {
    return task(
        "rte",
        "RTE",
        files(pair("label"), 2_490, 277, pair(null), 3_000),
        List.of(entailment("entailment"), notEntailment("not_entailment")),
        GlueMetric.ACCURACY);
  }

  private static GlueTask wnli() {
    return task(
        "wnli",
        "WNLI",
        files(pair("label"), 635, 71, pair(null), 146),
        List.of(notEntailment("0"), entailment("1")),
        GlueMetric.ACCURACY);
  }

  private static GlueTask ax() {
    GlueFile file = new GlueFile(List.of("diagnostic.tsv", "AX.tsv"), pair(null), 1_104);
    return task(
        "ax", "diagnostic", "AX.tsv", Map.of(Split.TEST, file), threeWayNli(), GlueMetric.MCC);
  }

  private static List<GlueLabel> threeWayNli() {
    return List.of(
        entailment("entailment"),
        label("neutral", "neutral"),
        label("contradiction", "contradiction", "contradict", "contradicts"));
  }

  private static GlueLabel entailment(String inFile) {
    return label("entailment", inFile, "entail", "entails", "entailed");
  }

  private static GlueLabel notEntailment(String inFile) {
    return label("not_entailment", inFile, "non_entailment", "no_entailment", "not_entailed");
  }

  private static GlueLabel label(String name, String inFile, String... synonyms) {
    return new GlueLabel(name, inFile, List.of(synonyms));
  }

  private static TsvLayout pair(String label) {
    String columns = "index,sentence1,sentence2" + (label == null ? "" : "," + label);
    return withHeader(columns, "sentence1", "sentence2", label);
  }

  private static TsvLayout withHeader(String columns, String first, String second, String label) {
    return TsvLayout.withHeader(columns, first, second, label);
  }

  private static Map<Split, GlueFile> files(
      TsvLayout labelled, int trainRows, int devRows, TsvLayout test, int testRows) {
    return Map.of(
        Split.TRAIN, GlueFile.of("train.tsv", labelled, trainRows),
        Split.DEV, GlueFile.of("dev.tsv", labelled, devRows),
        Split.TEST, GlueFile.of("test.tsv", test, testRows));
  }

  private static GlueTask task(
      String name,
      String folder,
      Map<Split, GlueFile> files,
      List<GlueLabel> labels,
      GlueMetric metric) {
    return task(name, folder, folder + ".tsv", files, labels, metric);
  }

  private static GlueTask task(
      String name,
      String folder,
      String submission,
      Map<Split, GlueFile> files,
      List<GlueLabel> labels,
      GlueMetric metric) {
    return new GlueTask(name, folder, files, labels, metric, false, false, submission);
  }
}
