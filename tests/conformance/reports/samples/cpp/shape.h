#pragma once
#include <string>
#include <vector>

template <typename Number> Number largest(const std::vector<Number> &numbers) {
    Number found = numbers.at(0);
    for (const auto &number : numbers) {
        if (number > found) {
            found = number;
        }
    }
    return found;
}

inline bool is_even(int number) { return number % 2 == 0 ? true : false; }

std::string shape(int corners, bool filled);
int unused(int depth);
