// NVRTC's entry points: the kernels' source goes to the C++ compiler, over emulate.h, and a shared library for the processor comes back in the place of a
// cubin. What was compiled before is taken from the folder CUDA_STANDIN_CACHE.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>
#include <unistd.h>

typedef int Result;
enum : Result { SUCCESS = 0, PROGRAM_CREATION_FAILURE = 2, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

struct Program { std::string source, log, cubin; };

static std::mutex lock;
static auto &programs = *new std::set<Program *>;

// Most bytes of `__shared__` that a kernel may declare.
static const size_t MOST_SHARED = 48 << 10;

static std::string read(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

static std::string output_of(const std::string &command, int &status) {
    std::string text;
    FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return status = -1, "";
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, pipe)) > 0;) text.append(part, n);
    status = pclose(pipe);
    return text;
}

// Names of what is declared `__global__ void NAME(`.
static std::vector<std::string> kernels_of(const std::string &source) {
    const std::string before = "__global__ void ";
    std::vector<std::string> names;
    for (size_t at = 0; (at = source.find(before, at)) != std::string::npos;) {
        at += before.size();
        names.push_back(source.substr(at, source.find('(', at) - at));
    }
    return names;
}

// What a kernel declares `__shared__` is a static variable of the function; its symbol says how large it is.
static bool shared_fits(const std::string &library, const std::vector<std::string> &kernels, std::string &log) {
    int status;
    std::istringstream symbols(output_of("nm -S '" + library + "'", status));
    std::map<std::string, size_t> used;
    for (std::string line; std::getline(symbols, line);) {
        std::istringstream fields(line);
        std::string address, size, kind, name;
        if (!(fields >> address >> size >> kind >> name)) continue;
        for (const auto &kernel : kernels)
            if (name.rfind("_ZZ" + std::to_string(kernel.size()) + kernel + "E", 0) == 0) used[kernel] += std::stoull(size, nullptr, 16);
    }
    for (const auto &[kernel, bytes] : used)
        if (bytes > MOST_SHARED) log += "ptxas error: " + kernel + " uses too much shared data (" + std::to_string(bytes) + " bytes)\n";
    return log.empty();
}

static Result compile(Program &program, const std::vector<std::string> &options) {
    std::string defines, arch;
    for (const auto &option : options) {
        const std::string name = "--gpu-architecture=sm_";
        if (option.rfind(name, 0) == 0) arch = option.substr(name.size());
        else if (option.rfind("-D", 0) == 0) defines += " '" + option + "'";
        else return program.log = "unrecognized option " + option, INVALID_OPTION;
    }
    if (!std::set<std::string>{"80", "86", "89", "90", "100", "120"}.count(arch)) return program.log = "invalid value for --gpu-architecture (sm_" + arch + ")", INVALID_OPTION;
    auto kernels = kernels_of(program.source);
    std::string entries, unique;
    for (const auto &name : kernels) entries += (entries.empty() ? "ENTRY(" : ", ENTRY(") + name + ")", unique += " -Wl,--unique=.text." + name;
    const char *cache = std::getenv("CUDA_STANDIN_CACHE");
    std::string folder = cache == nullptr ? P_tmpdir : cache;
    std::string text = "#include \"emulate.h\"\n" + program.source + "\n#define KERNELS " + entries + "\n#define ARCH " + arch + "\n#include \"kernels.h\"\n";
    std::string key = std::to_string(std::hash<std::string>()(text + defines + read(STANDIN_EMULATE "/emulate.h") + read(STANDIN_HERE "/kernels.h")));
    std::string library = folder + "/kernels-" + key + ".so";
    program.cubin = read(library);
    if (!program.cubin.empty()) return SUCCESS;
    std::string own = library + "." + std::to_string(getpid());
    std::ofstream(own + ".cpp") << text;
    const char *compiler = std::getenv("CXX");
    // A misaligned access ends the program, as it would a kernel. Each kernel in a section of its own, as in a cubin.
    std::string command = std::string(compiler == nullptr ? "g++" : compiler) + " -std=c++17 -O2 -w -shared -fPIC -ffunction-sections -fsanitize=alignment"
        " -fsanitize-undefined-trap-on-error -I'" STANDIN_EMULATE "' -I'" STANDIN_HERE "'" + defines + unique + " -o '" + own + "' '" + own + ".cpp' 2>&1";
    int status;
    program.log = output_of(command, status);
    unlink((own + ".cpp").c_str());
    if (status != 0) return COMPILATION;
    program.log.clear();
    if (!shared_fits(own, kernels, program.log)) return unlink(own.c_str()), COMPILATION;
    rename(own.c_str(), library.c_str());
    program.cubin = read(library);
    return SUCCESS;
}

extern "C" {

Result nvrtcCreateProgram(Program **program, const char *source, const char *, int headers, const char *const *, const char *const *) {
    std::lock_guard<std::mutex> held(lock);
    if (source == nullptr || headers != 0) return INVALID_INPUT;
    *program = new Program{source, "", ""};
    programs.insert(*program);
    return SUCCESS;
}

Result nvrtcCompileProgram(Program *program, int count, const char *const *options) {
    std::lock_guard<std::mutex> held(lock);
    if (programs.count(program) == 0) return INVALID_PROGRAM;
    return compile(*program, std::vector<std::string>(options, options + count));
}

Result nvrtcGetProgramLogSize(Program *program, size_t *bytes) {
    std::lock_guard<std::mutex> held(lock);
    if (programs.count(program) == 0) return INVALID_PROGRAM;
    *bytes = program->log.size() + 1;
    return SUCCESS;
}

Result nvrtcGetProgramLog(Program *program, char *log) {
    std::lock_guard<std::mutex> held(lock);
    if (programs.count(program) == 0) return INVALID_PROGRAM;
    std::memcpy(log, program->log.c_str(), program->log.size() + 1);
    return SUCCESS;
}

Result nvrtcGetCUBINSize(Program *program, size_t *bytes) {
    std::lock_guard<std::mutex> held(lock);
    if (programs.count(program) == 0) return INVALID_PROGRAM;
    *bytes = program->cubin.size();
    return SUCCESS;
}

Result nvrtcGetCUBIN(Program *program, char *cubin) {
    std::lock_guard<std::mutex> held(lock);
    if (programs.count(program) == 0) return INVALID_PROGRAM;
    std::memcpy(cubin, program->cubin.data(), program->cubin.size());
    return SUCCESS;
}

Result nvrtcDestroyProgram(Program **program) {
    std::lock_guard<std::mutex> held(lock);
    if (program == nullptr || programs.erase(*program) == 0) return INVALID_PROGRAM;
    delete *program;
    return SUCCESS;
}

}  // extern "C"
