#include "shape.h"

#include <stdexcept>

std::string shape(int corners, bool filled) {
    if (corners < 3) {
        throw std::invalid_argument("no shape");
    }
    switch (corners) {
    case 3:
        return filled && corners % 3 == 0 ? "full triangle" : "triangle";
    case 4:
        return "square";
    default:
        return "polygon";
    }
}

int unused(int depth) {
    while (depth > 0) {
        --depth;
    }
    return depth;
}
