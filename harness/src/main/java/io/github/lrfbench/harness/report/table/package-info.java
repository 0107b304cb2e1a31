/** Tables as data, and the formats that they are printed in. */
package io.github.lrfbench.harness.report.table;
