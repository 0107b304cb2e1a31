package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputNamesTest {
  private static final Path FILE = Path.of("config.json");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{}; LABEL_0|LABEL_1",
        "{'num_labels':3}; LABEL_0|LABEL_1|LABEL_2",
        "{'id2label':null,'label2id':null,'num_labels':1}; LABEL_0",
        "{'id2label':{'1':'pos','0':'neg'}}; neg|pos",
        "{'id2label':{'0':'neg','1':'pos'},'num_labels':5}; neg|pos",
        "{'label2id':{'pos':0,'neg':1}}; pos|neg",
        "{'label2id':{'pos':'0','neg':'1'}}; pos|neg",
        "{'id2label':{'0':'LABEL_0','1':'LABEL_1'},'label2id':{'pos':0,'neg':1}}; pos|neg",
        "{'id2label':{'0':'neg','1':'pos'},'label2id':{'LABEL_0':0,'LABEL_1':1}}; neg|pos",
        "{'id2label':{'0':'NEG','1':'POS'},'label2id':{'neg':0,'pos':1}}; NEG|POS",
        "{'id2label':{'0':'LABEL_0','1':'LABEL_1'},'label2id':{'pos':0}}; LABEL_0|LABEL_1",
        "{'id2label':{'1':'neg','2':'pos'}}; |neg",
      })
  void outputsAreNamed(String json, String names) throws JsonProcessingException {
    assertEquals(List.of(names.split("\\|", -1)), read(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'id2label':['a','b']}; 'id2label' must be an object",
        "{'label2id':7}; 'label2id' must be an object",
        "{'id2label':{'a':'b'}}; 'id2label' must number the outputs, but has 'a'",
        "{'id2label':{'0':'a','00':'b'}}; names output 00 twice",
        "{'label2id':{'a':[0]}}; 'label2id' must number the outputs",
        "{'label2id':{'a':99999999999}}; 'label2id' must number the outputs",
        "{'num_labels':'3'}; 'num_labels' must be an integer from 1 to 65536",
        "{'id2label':{'0':'neg','1':'pos'},'label2id':{'Neg':1,'Pos':0}};"
            + " 'neg' is output 0 in 'id2label', but 1 in 'label2id'",
        "{'id2label':{'0':'neg','1':'pos'},'label2id':{'pos':0}};"
            + " 'pos' is output 1 in 'id2label', but 0 in 'label2id'",
        "{'id2label':{'0':'neg','1':'pos'},'label2id':{'neg':0,'pos':0}};"
            + " 'pos' is output 1 in 'id2label', but 0 in 'label2id'",
        "{'id2label':{'0':'LABEL_0','1':'LABEL_1'},'label2id':{'LABEL_0':1,'LABEL_1':0}};"
            + " 'LABEL_0' is output 0 in 'id2label', but 1 in 'label2id'",
      })
  void whatCannotBeUnderstoodIsRefused(String json, String fault) {
    InputException failure = assertThrows(InputException.class, () -> read(json));
    assertTrue(failure.getMessage().contains(fault.replace('`', '\'')), failure.getMessage());
  }

  @Test
  void whatIsWrittenIsRead() throws JsonProcessingException {
    ObjectNode json = parse("{'num_labels':9,'label2id':{'x':0}}");
    OutputNames.write(json, List.of("b", "a", "c"));
    assertEquals(List.of("b", "a", "c"), OutputNames.read(new ConfigValues(FILE, json)));
  }

  private static List<String> read(String json) throws JsonProcessingException {
    return OutputNames.read(new ConfigValues(FILE, parse(json)));
  }

  private static ObjectNode parse(String json) throws JsonProcessingException {
    return (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
  }
}
