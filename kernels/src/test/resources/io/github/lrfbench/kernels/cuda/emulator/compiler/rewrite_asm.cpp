#include <cctype>

#include "rewrite.h"
#include "scanner.h"

namespace emulator {
namespace {

// The statement's parts between colons outside of brackets and literals.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  size_t at = 0;
  while (at < text.size()) {
    char c = text[at];
    size_t next = at + 1;
    if (c == '"' || c == '\'') {
      next = skip_literal(text, at);
    } else if (c == '(' || c == '[' || c == '{') {
      next = skip_brackets(text, at);
    } else if (c == ':' && separator == ':' && at + 1 < text.size() && text[at + 1] == ':') {
      parts.emplace_back();  // "::" closes two parts
      parts.emplace_back();
      at += 2;
      continue;
    } else if (c == separator) {
      parts.emplace_back();
      at = next;
      continue;
    }
    parts.back().append(text, at, next - at);
    at = next;
  }
  return parts;
}

// Adjacent literals as one text, with their escapes resolved.
std::string unquote(const std::string& literals) {
  std::string text;
  size_t at = 0;
  while ((at = literals.find('"', at)) != std::string::npos) {
    size_t end = skip_literal(literals, at);
    for (size_t i = at + 1; i < end - 1; i++) {
      bool escaped = literals[i] == '\\';
      i += escaped;
      bool space = escaped && (literals[i] == 'n' || literals[i] == 't');
      text += space ? ' ' : literals[i];
    }
    at = end;
  }
  return text;
}

// The expression in "=r"(expression).
std::string expression(const std::string& operand) {
  size_t open = operand.find('(', operand.rfind('"') == std::string::npos ? 0 : operand.find('"', operand.find('"') + 1));
  return operand.substr(open, skip_brackets(operand, open) - open);
}

std::string unsupported(const std::string& text) {
  std::string quoted;
  for (char c : text) {
    quoted += c == '"' || c == '\\' ? '\'' : c;
  }
  return "static_assert(false, \"the emulator takes one instruction in an asm statement, not: " + quoted + "\")";
}

}  // namespace

std::string rewrite_asm(const std::string& arguments) {
  std::vector<std::string> parts = split(arguments, ':');
  std::string text = trim(unquote(parts[0]));
  std::vector<std::string> operands;
  for (size_t part = 1; part < parts.size() && part < 3; part++) {
    for (const std::string& operand : split(parts[part], ',')) {
      if (!trim(operand).empty()) {
        operands.push_back(expression(operand));
      }
    }
  }
  if (!text.empty() && text.back() == ';') {
    text = trim(text.substr(0, text.size() - 1));
  }
  if (text.empty()) {
    return "__asm__ __volatile__(\"\" ::: \"memory\")";
  }
  if (text.find(';') != std::string::npos) {
    return unsupported(text);
  }
  size_t space = 0;
  while (space < text.size() && !std::isspace(static_cast<unsigned char>(text[space]))) {
    space++;
  }
  std::string call = "::emulator_ptx::";
  for (char c : text.substr(0, space)) {
    call += identifier_character(c) ? c : '_';
  }
  call += "(";
  bool first = true;
  for (size_t at = space; at < text.size();) {
    char c = text[at];
    std::string argument;
    if (c == '%') {
      size_t end = skip_identifier(text, at + 1);
      size_t number = std::stoul(text.substr(at + 1, end - at - 1));
      if (number >= operands.size()) {
        return unsupported(text);
      }
      argument = operands[number];
      at = end;
    } else if (std::isdigit(static_cast<unsigned char>(c)) || c == '-') {
      size_t end = skip_identifier(text, at + 1);
      argument = text.substr(at, end - at);
      at = end;
    } else if (identifier_character(c)) {
      return unsupported(text);
    } else {
      at++;
      continue;
    }
    call += (first ? "" : ", ") + argument;
    first = false;
  }
  return call + ")";
}

}  // namespace emulator
