// What was called and what was wrong with it; one line of JSON a process, added to the file CUDA_STANDIN_REPORT at its end.
#include "standin.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <csignal>
#include <unistd.h>

namespace standin {

std::recursive_mutex lock;
const char *running = nullptr;

// Never taken down: the report is written when other things are gone.
static auto &counts = *new std::map<std::string, size_t>;
static auto &faults = *new std::vector<std::string>;
static struct sigaction before[3];
static const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGILL};

size_t setting(const char *name, size_t otherwise) {
    const char *value = std::getenv(name);
    return value == nullptr || *value == '\0' ? otherwise : std::strtoull(value, nullptr, 10);
}

void count(const std::string &what, size_t n) { counts[what] += n; }
void highest(const std::string &what, size_t n) { counts[what] = std::max(counts[what], n); }

Status enter(const char *call) {
    size_t nth = ++counts[call];
    const char *wanted = std::getenv("CUDA_STANDIN_FAIL");
    size_t length = std::strlen(call);
    if (wanted == nullptr || std::strncmp(wanted, call, length) != 0 || wanted[length] != ':') return OK;
    char *rest;
    if (std::strtoull(wanted + length + 1, &rest, 10) != nth) return OK;
    Status code = *rest == ':' ? std::atoi(rest + 1) : LAUNCH_FAILED;
    // After an error of a kernel, nothing of its context works any more.
    if (code >= ILLEGAL_ADDRESS && current != nullptr) current->broken = code;
    count("failures asked for");
    return code;
}

Status fault(const char *call, Status code, const char *text, ...) {
    char line[400];
    va_list values;
    va_start(values, text);
    std::vsnprintf(line, sizeof line, text, values);
    va_end(values);
    faults.push_back(std::string(call) + ": " + line);
    std::fprintf(stderr, "stand-in: %s (code %d)\n", faults.back().c_str(), code);
    return code;
}

static void blame(int signal, siginfo_t *info, void *more) {
    const char *text = "";
    bool ours = explain_address(info->si_addr, text) || running != nullptr;
    if (ours) {
        char line[300];
        int n = std::snprintf(line, sizeof line, "stand-in: signal %d at %p, while %s: %s\n", signal, info->si_addr,
                              running == nullptr ? "the program computed" : running, text);
        if (write(2, line, n) < 0) _exit(97);
        _exit(97);
    }
    for (int i = 0; i < 3; i++)
        if (SIGNALS[i] == signal) {
            if (before[i].sa_flags & SA_SIGINFO && before[i].sa_sigaction != nullptr) return before[i].sa_sigaction(signal, info, more);
            sigaction(signal, &before[i], nullptr);
        }
}

void catch_signals() {
    struct sigaction action = {};
    action.sa_sigaction = blame;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (int i = 0; i < 3; i++) sigaction(SIGNALS[i], &action, &before[i]);
}

static std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (char c : text) out += c == '"' || c == '\\' || c < ' ' ? '\'' : c;
    return out + "\"";
}

__attribute__((destructor)) static void write_report() {
    count_what_is_left();
    const char *path = std::getenv("CUDA_STANDIN_REPORT");
    FILE *file = path == nullptr ? nullptr : std::fopen(path, "a");
    if (file == nullptr) return;
    std::string line = "{\"faults\": [";
    for (const auto &text : faults) line += (&text == &faults[0] ? "" : ", ") + quoted(text);
    line += "], \"counts\": {";
    for (const auto &[what, n] : counts) line += (what == counts.begin()->first ? "" : ", ") + quoted(what) + ": " + std::to_string(n);
    std::fprintf(file, "%s}}\n", line.c_str());
    std::fclose(file);
}

}  // namespace standin
