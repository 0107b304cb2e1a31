#include "rewrite.h"

#include <cctype>
#include <set>

#include "scanner.h"

namespace emulator {
namespace {

class Rewriter {
 public:
  explicit Rewriter(const std::string& text) : text_(text) {}

  Rewritten run() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '"' || c == '\'') {
        // A quote between digits separates thousands.
        bool separator = c == '\'' && at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1]));
        copy_to(separator ? at_ + 1 : skip_literal(text_, at_));
      } else if (identifier_character(c)) {
        word();
      } else {
        copy_to(at_ + 1);
      }
    }
    return std::move(result_);
  }

 private:
  void copy_to(size_t end) {
    result_.source.append(text_, at_, end - at_);
    at_ = end;
  }

  std::string word_at(size_t at) const { return text_.substr(at, skip_identifier(text_, at) - at); }

  void word() {
    std::string word = word_at(at_);
    size_t end = at_ + word.size();
    if (word == "emulator_global") {
      kernel(end);
      // Its caller reads the parameters unchecked, and must not take it in.
      result_.source += "__attribute__((noinline))";
      at_ = end;
    } else if (word == "emulator_launch_bounds") {
      at_ = skip_brackets(text_, skip_space(text_, end));
    } else if (word == "extern" && word_at(skip_space(text_, end)) == "emulator_shared") {
      dynamic_shared(skip_space(text_, end) + std::string("emulator_shared").size());
    } else if (word == "emulator_shared") {
      // "used": that nobody writes to it must not make it a constant.
      result_.source += "static __attribute__((used))";
      at_ = end;
    } else if (word == "static" && word_at(skip_space(text_, end)) == "emulator_shared") {
      at_ = end;
    } else if (word == "asm" || word == "__asm__" || word == "__asm") {
      inline_ptx(end);
    } else {
      copy_to(end);
    }
  }

  // Notes the name of the kernel whose declaration goes on at `at`.
  void kernel(size_t at) {
    std::string before = trim(result_.source);
    std::string bounds = "0";
    std::string name;
    while (at < text_.size()) {
      at = skip_space(text_, at);
      std::string word = word_at(at);
      if (word.empty()) {
        break;
      }
      at += word.size();
      if (word == "emulator_launch_bounds") {
        size_t open = skip_space(text_, at);
        at = skip_brackets(text_, open);
        std::string inside = text_.substr(open + 1, at - open - 2);
        bounds = inside.substr(0, inside.find(','));
      } else if (word == "__attribute__") {
        at = skip_brackets(text_, skip_space(text_, at));
      } else {
        name = word;
      }
    }
    bool is_template = !before.empty() && before.back() == '>';
    if (!is_template && !name.empty() && known_.insert(name).second) {
      result_.kernels.push_back({name, bounds});
    }
  }

  // "extern __shared__ T name[];" becomes a pointer to where a block's dynamic shared memory lies.
  void dynamic_shared(size_t at) {
    size_t end = text_.find(';', at);
    std::string declaration;
    while (at < end) {
      std::string word = word_at(at);
      if (word == "__attribute__" || word == "alignas") {
        at = skip_brackets(text_, skip_space(text_, at + word.size()));
      } else if (!word.empty()) {
        declaration += word;
        at += word.size();
      } else {
        declaration += text_[at++];
      }
    }
    declaration = trim(declaration.substr(0, declaration.find('[')));
    size_t name = declaration.size();
    while (name > 0 && identifier_character(declaration[name - 1])) {
      name--;
    }
    std::string type = trim(declaration.substr(0, name));
    result_.source += type + "* const " + declaration.substr(name) + " = reinterpret_cast<" + type +
                      "*>(emulator_dynamic_shared)";
    at_ = end;
  }

  void inline_ptx(size_t at) {
    at = skip_space(text_, at);
    for (std::string word = word_at(at); word == "volatile" || word == "__volatile__"; word = word_at(at)) {
      at = skip_space(text_, at + word.size());
    }
    size_t end = skip_brackets(text_, at);
    result_.source += rewrite_asm(text_.substr(at + 1, end - at - 2));
    at_ = end;
  }

  const std::string& text_;
  size_t at_ = 0;
  Rewritten result_;
  std::set<std::string> known_;
};

}  // namespace

Rewritten rewrite(const std::string& preprocessed) { return Rewriter(preprocessed).run(); }

}  // namespace emulator
