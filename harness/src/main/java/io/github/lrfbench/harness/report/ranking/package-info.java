/**
 * Which method wins where: rows grouped into contests of what can be compared, differences tested,
 * and tables made of the answers.
 */
package io.github.lrfbench.harness.report.ranking;
