// A table of the kernels that stand before it, so that they can be launched by name with arguments of unknown type. KERNELS is `ENTRY(first), ENTRY(second)`.
#pragma once
#include <tuple>
#include <type_traits>
#include <utility>

namespace standin_kernels {

struct Parameter { unsigned bytes, is_pointer, alignment; };

struct Kernel {
    const char *name;
    unsigned count;
    Parameter parameters[16];
    void (*run)(unsigned grid_x, unsigned grid_y, unsigned threads, void **arguments);
};

template <class T> constexpr unsigned target_alignment() {
    if constexpr (std::is_pointer<T>::value) return alignof(typename std::remove_pointer<T>::type);
    else return 1;
}

template <auto kernel, class F> struct Entry;
template <auto kernel, class... A> struct Entry<kernel, void (*)(A...)> {
    template <size_t... I> static void call(void **arguments, std::index_sequence<I...>) { kernel(*(A *)arguments[I]...); }
    static void run(unsigned grid_x, unsigned grid_y, unsigned threads, void **arguments) {
        emulate::launch(grid_x, grid_y, threads, [&] { call(arguments, std::index_sequence_for<A...>()); });
    }
    static constexpr Kernel of(const char *name) {
        return {name, sizeof...(A), {Parameter{sizeof(A), std::is_pointer<A>::value, target_alignment<A>()}...}, run};
    }
};

}  // namespace standin_kernels

#define ENTRY(name) standin_kernels::Entry<name, decltype(&name)>::of(#name)

extern "C" const standin_kernels::Kernel standin_table[] = {KERNELS};
extern "C" const unsigned standin_table_length = sizeof(standin_table) / sizeof(standin_table[0]);
extern "C" const unsigned standin_arch = ARCH;
