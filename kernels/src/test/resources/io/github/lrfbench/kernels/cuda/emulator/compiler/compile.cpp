#include "compile.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../driver/base64.h"
#include "../driver/object_marker.h"
#include "process.h"
#include "rewrite.h"
#include "scanner.h"

namespace emulator {
namespace {

// Compiled kernels are kept below it in objects/.
std::string home() { return home_of(reinterpret_cast<void*>(&compile)); }

std::string compiler() {
  const char* named = std::getenv("CXX");
  return named == nullptr || *named == 0 ? "g++" : named;
}

std::string hash(const std::string& text) {
  std::string digits;
  for (uint64_t seed : {14695981039346656037ull, 1099511628211ull * 31}) {
    uint64_t state = seed;
    for (unsigned char c : text) {
      state = (state ^ c) * 1099511628211ull;
    }
    char part[17];
    std::snprintf(part, sizeof part, "%016llx", static_cast<unsigned long long>(state));
    digits += part;
  }
  return digits;
}

std::vector<std::string> processor_flags() {
  std::vector<std::string> flags;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")) {
    flags = {"-mavx2", "-mfma", "-mf16c"};
  }
  return flags;
}

std::string key(const CompileRequest& request) {
  std::string all = request.source + '\0' + request.name + '\0' + std::to_string(request.capability);
  for (const auto& header : request.headers) {
    all += '\0' + header.first + '\0' + header.second;
  }
  for (const std::string& macro : request.macros) {
    all += '\0' + macro;
  }
  for (const std::string& expression : request.expressions) {
    all += '\1' + expression;
  }
  for (const std::string& flag : processor_flags()) {
    all += flag;
  }
  return hash(all);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return result + "\"";
}

// The table of kernels at the end of the source.
std::string entries(const Rewritten& rewritten, const std::vector<std::string>& expressions) {
  std::string table;
  for (const KernelName& kernel : rewritten.kernels) {
    table += "    emulator::entry<decltype(" + kernel.name + "), &" + kernel.name + ">(" + quoted(kernel.name) + ", " +
             kernel.bounds + "),\n";
  }
  for (const std::string& expression : expressions) {
    std::string name = expression[0] == '&' ? expression.substr(1) : expression;
    table += "    emulator::entry<decltype(" + name + "), &" + name + ">(" + quoted(expression) + ", 0),\n";
  }
  size_t count = rewritten.kernels.size() + expressions.size();
  size_t own_source = rewritten.source.find("emulator_source_begins");
  bool waits = rewritten.source.find("::ld_acquire", own_source) != std::string::npos;
  return "\nextern \"C\" __attribute__((visibility(\"default\"))) const emulator::KernelEntry emulator_entries[] = {\n" +
         table +
         "    {nullptr, nullptr, 0, nullptr, 0}};\n"
         "extern \"C\" __attribute__((visibility(\"default\"))) const unsigned emulator_entry_count = " +
         std::to_string(count) +
         ";\n"
         "extern \"C\" __attribute__((visibility(\"default\"))) const bool emulator_waits_between_blocks = " +
         (waits ? "true" : "false") + ";\n";
}

struct Folder {
  std::string path;

  Folder() {
    const char* temporary = std::getenv("TMPDIR");
    path = std::string(temporary == nullptr ? "/tmp" : temporary) + "/lrfbench-nvrtc-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      path.clear();
    }
  }

  ~Folder() {
    for (const std::string& file : files) {
      unlink(file.c_str());
    }
    rmdir(path.c_str());
  }

  std::string add(const std::string& name) {
    files.push_back(path + "/" + name);
    return files.back();
  }

  std::vector<std::string> files;
};

// Preprocesses, rewrites, compiles and links; the object's bytes, or nothing.
std::string build(const CompileRequest& request, std::string* log) {
  Folder folder;
  std::string root = home();
  for (const auto& header : request.headers) {
    write_file_atomically(folder.add(header.first), header.second);
  }
  std::string input = folder.add("input.cpp");
  std::string expanded = folder.add("expanded.ii");
  std::string rewritten_path = folder.add("rewritten.ii");
  std::string object = folder.add("kernel.o");
  std::string library = folder.add("kernel.so");
  write_file_atomically(input, "#include \"cuda_device.h\"\nextern const int emulator_source_begins;\n#line 1 " +
                                   quoted(request.name) + "\n" + request.source + "\n");
  std::vector<std::string> preprocess = {compiler(), "-E", "-std=c++17", "-nostdinc", "-I" + root + "/source/device",
                                         "-I" + folder.path, "-D__CUDA_ARCH__=" + std::to_string(10 * request.capability)};
  for (const std::string& macro : request.macros) {
    preprocess.push_back("-D" + macro);
  }
  preprocess.insert(preprocess.end(), {input, "-o", expanded});
  if (run_program(preprocess, log) != 0) {
    return "";
  }
  Rewritten rewritten = rewrite(read_file(expanded));
  write_file_atomically(rewritten_path, rewritten.source + entries(rewritten, request.expressions));
  std::vector<std::string> compile = {compiler(), "-c", "-fpreprocessed", "-std=c++17", "-O2", "-g1", "-w", "-fPIC",
                                      "-fvisibility=hidden", "-fno-gnu-unique", "-fno-strict-aliasing", "-fwrapv",
                                      "-fno-math-errno", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics",
                                      "-fno-stack-protector", "-fno-tree-sra",  // it would split vector loads
                                      "-fsanitize=thread",
                                      "--param=tsan-instrument-func-entry-exit=0"};
  for (const std::string& flag : processor_flags()) {
    compile.push_back(flag);
  }
  compile.insert(compile.end(), {rewritten_path, "-o", object});
  if (run_program(compile, log) != 0) {
    return "";
  }
  std::vector<std::string> link = {compiler(), "-shared", "-Wl,-z,now", "-Wl,--no-undefined", object,
                                   root + "/lib/runtime.o", "-o", library};
  if (run_program(link, log) != 0) {
    return "";
  }
  return read_file(library);
}

}  // namespace

std::string compile(const CompileRequest& request, std::string* log) {
  std::string folder = home() + "/objects";
  mkdir(folder.c_str(), 0777);
  std::string path = folder + "/" + key(request) + ".so";
  std::string object = read_file(path);
  if (object.empty()) {
    object = build(request, log);
    if (object.empty()) {
      return "";
    }
    write_file_atomically(path, object);
  }
  return "//\n// Made by the CUDA emulator of LRF-Bench's tests\n//\n.version 8.5\n.target sm_" +
         std::to_string(request.capability) + "\n.address_size 64\n" + build_marker +
         build_of(reinterpret_cast<void*>(&compile)) + "\n" + object_marker +
         base64_encode(std::vector<char>(object.begin(), object.end())) + "\n";
}

}  // namespace emulator
