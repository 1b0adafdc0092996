#include "shape.h"

#include <iostream>

int main() {
    std::cout << shape(3, true) << shape(5, false) << '\n';
    std::cout << largest<int>({1, 7, 3}) << largest<double>({2.5}) << '\n';
    std::cout << (is_even(3) ? "even" : "odd") << '\n';
    try {
        shape(2, false);
    } catch (const std::exception &error) {
        std::cout << error.what() << '\n';
    }
    return 0;
}
