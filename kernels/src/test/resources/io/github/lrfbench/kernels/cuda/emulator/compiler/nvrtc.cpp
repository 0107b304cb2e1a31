// The NVRTC library.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../driver/object_marker.h"
#include "compile.h"

#define API extern "C" __attribute__((visibility("default")))

namespace {

using Result = int;  // an nvrtcResult
constexpr Result success = 0;
constexpr Result invalid_input = 3;
constexpr Result invalid_program = 4;
constexpr Result invalid_option = 5;
constexpr Result compilation = 6;
constexpr Result no_lowered_names_before_compilation = 9;
constexpr Result name_expression_not_valid = 10;

const int supported[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90};

struct Program {
  emulator::CompileRequest request;
  std::string log;
  std::string image;
};

bool starts(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

// The value of "--name=value" or "-short=value", or nothing.
bool value_of(const std::string& option, const char* name, const char* brief, std::string* value) {
  for (const char* prefix : {name, brief}) {
    if (*prefix != 0 && starts(option, prefix)) {
      *value = option.substr(std::strlen(prefix));
      return true;
    }
  }
  return false;
}

bool read_architecture(const std::string& value, int* capability) {
  size_t digits = value.find('_');
  if (digits == std::string::npos || (!starts(value, "sm_") && !starts(value, "compute_"))) {
    return false;
  }
  *capability = std::atoi(value.c_str() + digits + 1);
  for (int known : supported) {
    if (known == *capability) {
      return true;
    }
  }
  return false;
}

// Options that change nothing here.
bool harmless(const std::string& option) {
  for (const char* known :
       {"--std=", "-std=", "--use_fast_math", "-use_fast_math", "--fmad=", "-fmad=", "--ftz=", "-ftz=", "--prec-div=",
        "-prec-div=", "--prec-sqrt=", "-prec-sqrt=", "--extra-device-vectorization", "--device-debug", "-G",
        "--generate-line-info", "-lineinfo", "--restrict", "-restrict", "--device-as-default-execution-space",
        "-default-device", "--maxrregcount=", "-maxrregcount=", "--include-path=", "-I", "--disable-warnings", "-w",
        "--relocatable-device-code=", "-rdc=", "--ptxas-options=", "-Xptxas", "--diag-suppress=", "--dopt"}) {
    if (starts(option, known)) {
      return true;
    }
  }
  return false;
}

Result copy_out(const std::string& text, char* to) {
  std::memcpy(to, text.c_str(), text.size() + 1);
  return success;
}

}  // namespace

API Result nvrtcVersion(int* major, int* minor) {
  // So that what a program keeps on disk of this build is taken for no other's, nor for a real compiler's.
  std::string build = emulator::build_of(reinterpret_cast<void*>(&nvrtcVersion));
  *major = 12;
  *minor = 1000 + static_cast<int>(std::strtoul(build.substr(0, 7).c_str(), nullptr, 16));
  return success;
}

API Result nvrtcGetNumSupportedArchs(int* count) {
  *count = sizeof supported / sizeof supported[0];
  return success;
}

API Result nvrtcGetSupportedArchs(int* architectures) {
  std::memcpy(architectures, supported, sizeof supported);
  return success;
}

API const char* nvrtcGetErrorString(Result result) {
  switch (result) {
    case success:
      return "NVRTC_SUCCESS";
    case invalid_input:
      return "NVRTC_ERROR_INVALID_INPUT";
    case invalid_program:
      return "NVRTC_ERROR_INVALID_PROGRAM";
    case invalid_option:
      return "NVRTC_ERROR_INVALID_OPTION";
    case compilation:
      return "NVRTC_ERROR_COMPILATION";
    case no_lowered_names_before_compilation:
      return "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION";
    case name_expression_not_valid:
      return "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID";
    default:
      return "NVRTC_ERROR unknown";
  }
}

API Result nvrtcCreateProgram(Program** program, const char* source, const char* name, int headers,
                              const char* const* texts, const char* const* names) {
  if (program == nullptr || source == nullptr) {
    return invalid_input;
  }
  auto made = std::make_unique<Program>();
  made->request.source = source;
  made->request.name = name == nullptr ? "default_program" : name;
  for (int i = 0; i < headers; i++) {
    made->request.headers.emplace_back(names[i], texts[i]);
  }
  *program = made.release();
  return success;
}

API Result nvrtcDestroyProgram(Program** program) {
  if (program == nullptr || *program == nullptr) {
    return invalid_program;
  }
  delete *program;
  *program = nullptr;
  return success;
}

API Result nvrtcAddNameExpression(Program* program, const char* expression) {
  program->request.expressions.push_back(expression);
  return success;
}

API Result nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  if (program == nullptr) {
    return invalid_program;
  }
  program->log.clear();
  for (int i = 0; i < count; i++) {
    std::string option = options[i];
    std::string value;
    if (value_of(option, "--gpu-architecture=", "-arch=", &value)) {
      if (!read_architecture(value, &program->request.capability)) {
        program->log = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
        return invalid_option;
      }
    } else if (value_of(option, "--define-macro=", "-D", &value)) {
      program->request.macros.push_back(value);
    } else if (!harmless(option)) {
      program->log = "nvrtc: error: unrecognized option " + option + " found\n";
      return invalid_option;
    }
  }
  program->image = emulator::compile(program->request, &program->log);
  return program->image.empty() ? compilation : success;
}

API Result nvrtcGetProgramLogSize(Program* program, size_t* size) {
  *size = program->log.size() + 1;
  return success;
}

API Result nvrtcGetProgramLog(Program* program, char* log) { return copy_out(program->log, log); }

API Result nvrtcGetPTXSize(Program* program, size_t* size) {
  *size = program->image.size() + 1;
  return program->image.empty() ? invalid_program : success;
}

API Result nvrtcGetPTX(Program* program, char* ptx) { return copy_out(program->image, ptx); }

// With its final zero: the driver takes no length.
API Result nvrtcGetCUBINSize(Program* program, size_t* size) { return nvrtcGetPTXSize(program, size); }

API Result nvrtcGetCUBIN(Program* program, char* cubin) { return copy_out(program->image, cubin); }

API Result nvrtcGetLoweredName(Program* program, const char* expression, const char** name) {
  if (program->image.empty()) {
    return no_lowered_names_before_compilation;
  }
  for (const std::string& known : program->request.expressions) {
    if (known == expression) {
      *name = known.c_str();
      return success;
    }
  }
  return name_expression_not_valid;
}
