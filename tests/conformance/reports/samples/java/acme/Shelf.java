package acme;

import java.util.ArrayDeque;
import java.util.Deque;

public final class Shelf {
    private final Deque<Integer> things = new ArrayDeque<>();

    Shelf put(int thing) {
        things.push(thing);
        return this;
    }

    Integer take() {
        return things.isEmpty() ? null : things.pop();
    }

    String state() {
        switch (things.size()) {
            case 0:
                return "empty";
            case 1:
                return "one";
            default:
                return things.contains(9) && things.size() > 3 ? "full" : "some";
        }
    }

    int never(int count) {
        while (count > 0) {
            count--;
        }
        return count;
    }

    static final class Label {
        private final String text;

        Label(String text) {
            this.text = text == null ? "" : text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
